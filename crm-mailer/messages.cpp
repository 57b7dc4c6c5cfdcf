#include "crm-mailer/messages.hpp"

#include "common/error.hpp"
#include "common/json/document.hpp"
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
  const auto email = json::text(data.root(), "email");
  if (!email) throw error(fault::malformed, "unreadable-event", "the event has no email");
  return {customer_id_in(data.root()),
          {std::string(*email), std::string(json::text(data.root(), "name").value_or(""))}};
}

deleted deleted::read(const messaging::event& event) {
  const auto data = object_in(event);
  return {customer_id_in(data.root())};
}

std::map<std::string, messaging::event_handler> handlers(mailroom room) {
  auto all = order_handlers(room);
  all.emplace("customer.signed-up", on_signed_up(room));
  all.emplace("customer.deleted", on_deleted(room));
  return all;
}

}  // namespace mercat::crm_mailer
