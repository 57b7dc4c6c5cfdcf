// The welcome mail. No I/O in here.
#pragma once

#include "crm-mailer/mail.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace mercat::crm_mailer {

// What all our mails have in common.
struct letterhead {
  mailbox from;
  std::string domain;    // right side of Message-ID
  std::string shop_url;  // where the storefront is
};

struct new_customer {
  std::string email;
  std::string name;  // may be empty
};

// A name we print in a mail of ours. Anybody can sign up with anybody's address, so a name that carries a
// link, an address or a sales pitch would make us send it: such a name is left out.
[[nodiscard]] bool is_presentable(std::string_view name);

[[nodiscard]] mail welcome(const new_customer& who, const letterhead& shop, std::string_view event_id,
                           std::chrono::sys_seconds now);

}  // namespace mercat::crm_mailer
