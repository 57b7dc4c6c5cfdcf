// The events this service consumes (design section 6): one struct each, read from the event's data, and one
// handler each. read() throws error(fault::malformed, "unreadable-event"): such an event goes to the dead
// letters.
#pragma once

#include "common/messaging/consumer.hpp"
#include "crm-mailer/delivery.hpp"
#include "crm-mailer/reset_mail.hpp"
#include "crm-mailer/welcome.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace mercat::crm_mailer {

// customer.signed-up {customerId,email,name?}: gets a welcome mail, once. One that cannot be sent to a
// customer who is deleted meanwhile is done.
struct signed_up {
  std::int64_t customer_id = 0;
  new_customer who;
  [[nodiscard]] static signed_up read(const messaging::event& event);
};

// customer.password-forgotten {customerId,email,name?,token,expiresAt}: a mail with the token, once, and none
// after expiresAt (RFC 3339): what cannot be used any more is done, however often it was tried.
struct password_forgotten {
  std::int64_t customer_id = 0;
  forgetful_customer who;
  [[nodiscard]] static password_forgotten read(const messaging::event& event);
};

// customer.deleted {customerId}: is remembered; nothing is sent any more on account of this customer, mails
// that wait are erased, and the eraser of dead letters is told.
struct deleted {
  std::int64_t customer_id = 0;
  [[nodiscard]] static deleted read(const messaging::event& event);
};

// Events in work at once. Few enough for two SMTP connections to serve within a mail's time limit.
inline constexpr std::uint16_t events_at_once = 32;

// By type of event, those that give a mail. The letterhead must outlive them.
[[nodiscard]] std::map<std::string, mail_reader> mail_readers(const letterhead& shop);

// erase_soon: called when a customer was deleted, for the dead letters.
[[nodiscard]] std::map<std::string, messaging::event_handler> handlers(const mailroom& room,
                                                                       std::function<void()> erase_soon = {});

}  // namespace mercat::crm_mailer
