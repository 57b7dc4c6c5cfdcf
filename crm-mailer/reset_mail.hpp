// The mail to somebody who has forgotten the password: a link to the page that takes a new one, and the token
// alone for apps. Whoever has the mail has the account, until the token's time is over. No I/O in here.
#pragma once

#include "crm-mailer/mail.hpp"
#include "crm-mailer/welcome.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace mercat::crm_mailer {

struct forgetful_customer {
  std::string email;
  std::string name;   // may be empty
  std::string token;  // base64url: it goes into a link as it is
  std::chrono::sys_time<std::chrono::microseconds> expires_at{};
};

[[nodiscard]] mail reset_mail(const forgetful_customer& who, const letterhead& shop,
                              std::string_view event_id, std::chrono::sys_seconds now);

}  // namespace mercat::crm_mailer
