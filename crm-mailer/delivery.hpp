// delivery: the way of one mail from its event to the mail server, the same for every kind of mail: not to
// who is deleted, not what went out already, put off when the mail server says so, and once.
#pragma once

#include "common/async/deadline.hpp"
#include "common/async/task.hpp"
#include "common/db/pool.hpp"
#include "common/json/document.hpp"
#include "common/messaging/event.hpp"
#include "crm-mailer/mail.hpp"
#include "crm-mailer/smtp_sender.hpp"
#include "crm-mailer/welcome.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace mercat::crm_mailer {

// What sending mails needs; all of it must outlive the consumer and the waiting room.
struct mailroom {
  db::pool& database;
  smtp_sender& sender;
  const letterhead& shop;
  std::chrono::milliseconds time_limit;     // of one attempt to send a mail
  std::chrono::milliseconds give_up_after;  // of a mail that the server postpones again and again
  // Before a postponed mail is tried again.
  std::chrono::milliseconds first_pause{std::chrono::seconds{5}};
  std::chrono::milliseconds longest_pause{std::chrono::minutes{5}};

  // As long as it has waited already: a passing trouble costs seconds, and a server that means hours is not
  // asked all the time.
  [[nodiscard]] std::chrono::milliseconds pause_after(std::chrono::milliseconds waited) const noexcept {
    return std::clamp(waited, first_pause, longest_pause);
  }
};

// What every event here has. Throw error(fault::malformed, "unreadable-event").
[[nodiscard]] json::document object_in(const messaging::event& event);
[[nodiscard]] std::int64_t customer_id_in(const json::value& data);
[[nodiscard]] std::string text_in(const json::value& data, std::string_view member);

struct delivery {
  std::int64_t customer_id = 0;
  std::string kind;  // as sent_mail tells it
  bool due = true;   // false: there is nothing to send, or it is too late
  std::function<mail(const messaging::event&, std::chrono::sys_seconds now)> write{};
};

// Reads one type of event; throws error(fault::malformed).
using mail_reader = std::function<delivery(const messaging::event&)>;

// For a handler's effect. A mail that is postponed waits in the database from then on, for the waiting room,
// and its event is done.
[[nodiscard]] async::task<void> deliver(mailroom room, messaging::event event, delivery wanted);

// For its transaction, and for whoever else has sent it.
void note_delivery(db::session& s, const messaging::event& event, const delivery& wanted);

// unwanted: it did not go out, but the customer is gone meanwhile.
enum class handed { over, postponed, unwanted };
// One attempt. Throws as smtp_sender::send() does, but for what is postponed.
[[nodiscard]] async::task<handed> hand_over(mailroom room, messaging::event event, delivery wanted,
                                            async::deadline until);

}  // namespace mercat::crm_mailer
