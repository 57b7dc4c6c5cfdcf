#include "crm-mailer/messages.hpp"

#include "common/auth/base64url.hpp"
#include "common/error.hpp"
#include "common/json/document.hpp"
#include "common/rfc3339.hpp"
#include "common/utc_now.hpp"
#include "crm-mailer/delivery.hpp"
#include "crm-mailer/order_messages.hpp"
#include "crm-mailer/store.hpp"

#include <utility>

namespace mercat::crm_mailer {

namespace {

constexpr std::chrono::milliseconds database_time{1000};

messaging::event_handler on_signed_up(const mailroom& room) {
  messaging::event_handler handler;
  handler.effect = [room](const messaging::event& event) {
    auto message = signed_up::read(event);
    delivery wanted;
    wanted.customer_id = message.customer_id;
    wanted.write = [who = std::move(message.who), &shop = room.shop](const messaging::event& of,
                                                                     std::chrono::sys_seconds now) {
      return welcome(who, shop, of.id, now);
    };
    return deliver(room, event, std::move(wanted));
  };
  handler.apply = [](db::session& s, const messaging::event& event) {
    note_delivery(s, event, signed_up::read(event).customer_id, true, "welcome");
  };
  return handler;
}

bool still_good(const password_forgotten& message) {
  return utc_now() < message.who.expires_at;
}

messaging::event_handler on_password_forgotten(const mailroom& room) {
  messaging::event_handler handler;
  handler.effect = [room](const messaging::event& event) {
    auto message = password_forgotten::read(event);
    delivery wanted;
    wanted.customer_id = message.customer_id;
    wanted.due = still_good(message);
    wanted.write = [who = std::move(message.who), &shop = room.shop](const messaging::event& of,
                                                                     std::chrono::sys_seconds now) {
      return reset_mail(who, shop, of.id, now);
    };
    return deliver(room, event, std::move(wanted));
  };
  handler.apply = [](db::session& s, const messaging::event& event) {
    const auto message = password_forgotten::read(event);
    note_delivery(s, event, message.customer_id, still_good(message), "password-reset");
  };
  return handler;
}

// In a transaction of its own: the eraser looks at what is committed. Once it is, the erasure happens,
// whatever becomes of this process.
async::task<void> remember_deleted(mailroom room, messaging::event event) {
  const auto who = deleted::read(event);
  const auto remember = [&who](db::session& s) { store::remember_deleted(s, who.customer_id); };
  co_await room.database.transaction(async::deadline::in(database_time), remember);
  if (room.erase_soon) room.erase_soon();
}

messaging::event_handler on_deleted(const mailroom& room) {
  messaging::event_handler handler;
  handler.effect = [room](const messaging::event& event) { return remember_deleted(room, event); };
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

std::map<std::string, messaging::event_handler> handlers(mailroom room) {
  auto all = order_handlers(room);
  all.emplace("customer.signed-up", on_signed_up(room));
  all.emplace("customer.password-forgotten", on_password_forgotten(room));
  all.emplace("customer.deleted", on_deleted(room));
  return all;
}

}  // namespace mercat::crm_mailer
