// delivery: the way of one mail from its event to the mail server, the same for every kind of mail: not to
// who is deleted, not what went out already, given up after a while, and once.
#pragma once

#include "common/json/document.hpp"
#include "crm-mailer/mail.hpp"
#include "crm-mailer/messages.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace mercat::crm_mailer {

// What every event here has. Throw error(fault::malformed, "unreadable-event").
[[nodiscard]] json::document object_in(const messaging::event& event);
[[nodiscard]] std::int64_t customer_id_in(const json::value& data);
[[nodiscard]] std::string text_in(const json::value& data, std::string_view member);

struct delivery {
  std::int64_t customer_id = 0;
  bool due = true;  // false: there is nothing to send, or it is too late
  std::function<mail(const messaging::event&, std::chrono::sys_seconds now)> write;
};

// For a handler's effect.
[[nodiscard]] async::task<void> deliver(mailroom room, messaging::event event, delivery wanted);

// For its transaction. kind: as sent_mail tells it.
void note_delivery(db::session& s, const messaging::event& event, std::int64_t customer_id, bool due,
                   std::string_view kind);

}  // namespace mercat::crm_mailer
