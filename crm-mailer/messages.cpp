#include "crm-mailer/messages.hpp"

#include "common/auth/base64url.hpp"
#include "common/error.hpp"
#include "common/json/document.hpp"
#include "common/rfc3339.hpp"
#include "common/utc_now.hpp"
#include "crm-mailer/order_messages.hpp"
#include "crm-mailer/store.hpp"

#include <utility>

namespace mercat::crm_mailer {

namespace {

constexpr std::chrono::milliseconds database_time{1000};

delivery welcome_in(const messaging::event& event, const letterhead& shop) {
  auto message = signed_up::read(event);
  delivery wanted;
  wanted.customer_id = message.customer_id;
  wanted.kind = "welcome";
  wanted.write = [who = std::move(message.who), &shop](const messaging::event& of,
                                                       std::chrono::sys_seconds now) {
    return welcome(who, shop, of.id, now);
  };
  return wanted;
}

delivery reset_in(const messaging::event& event, const letterhead& shop) {
  auto message = password_forgotten::read(event);
  delivery wanted;
  wanted.customer_id = message.customer_id;
  wanted.kind = "password-reset";
  wanted.due = utc_now() < message.who.expires_at;
  wanted.write = [who = std::move(message.who), &shop](const messaging::event& of,
                                                       std::chrono::sys_seconds now) {
    return reset_mail(who, shop, of.id, now);
  };
  return wanted;
}

messaging::event_handler on_mail(const mailroom& room, const mail_reader& read) {
  messaging::event_handler handler;
  handler.effect = [room, read](const messaging::event& event) { return deliver(room, event, read(event)); };
  handler.apply = [read](db::session& s, const messaging::event& event) {
    note_delivery(s, event, read(event));
  };
  return handler;
}

// In a transaction of its own: the eraser looks at what is committed. Once it is, the erasure happens,
// whatever becomes of this process.
async::task<void> remember_deleted(mailroom room, std::function<void()> erase_soon, messaging::event event) {
  const auto who = deleted::read(event);
  const auto remember = [&who](db::session& s) {
    store::remember_deleted(s, who.customer_id);
    store::forget_postponed_of(s, who.customer_id);
  };
  co_await room.database.transaction(async::deadline::in(database_time), remember);
  if (erase_soon) erase_soon();
}

messaging::event_handler on_deleted(const mailroom& room, const std::function<void()>& erase_soon) {
  messaging::event_handler handler;
  handler.effect = [room, erase_soon](const messaging::event& event) {
    return remember_deleted(room, erase_soon, event);
  };
  return handler;
}

}  // namespace

signed_up signed_up::read(const messaging::event& event) {
  const auto data = object_in(event);
  return {customer_id_in(data.root()),
          {text_in(data.root(), "email"), std::string(json::text(data.root(), "name").value_or(""))}};
}

password_forgotten password_forgotten::read(const messaging::event& event) {
  const auto data = object_in(event);
  password_forgotten message;
  message.customer_id = customer_id_in(data.root());
  message.who.email = text_in(data.root(), "email");
  message.who.name = json::text(data.root(), "name").value_or("");
  message.who.token = text_in(data.root(), "token");
  const auto end = parse_rfc3339(text_in(data.root(), "expiresAt"));
  if (!end || message.who.token.empty() || !auth::from_base64url(message.who.token))
    throw error(fault::malformed, "unreadable-event", "the event's token or its end cannot be read");
  message.who.expires_at = *end;
  return message;
}

deleted deleted::read(const messaging::event& event) {
  const auto data = object_in(event);
  return {customer_id_in(data.root())};
}

std::map<std::string, mail_reader> mail_readers(const letterhead& shop) {
  auto all = order_mail_readers(shop);
  all.emplace("customer.signed-up",
              [&shop](const messaging::event& event) { return welcome_in(event, shop); });
  all.emplace("customer.password-forgotten",
              [&shop](const messaging::event& event) { return reset_in(event, shop); });
  return all;
}

std::map<std::string, messaging::event_handler> handlers(const mailroom& room,
                                                         std::function<void()> erase_soon) {
  std::map<std::string, messaging::event_handler> all;
  for (const auto& [type, read] : mail_readers(room.shop)) all.emplace(type, on_mail(room, read));
  all.emplace("customer.deleted", on_deleted(room, erase_soon));
  return all;
}

}  // namespace mercat::crm_mailer
