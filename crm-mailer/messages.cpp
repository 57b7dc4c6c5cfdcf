#include "crm-mailer/messages.hpp"

#include "common/error.hpp"
#include "common/json/document.hpp"
#include "crm-mailer/store.hpp"

#include <optional>
#include <utility>

namespace mercat::crm_mailer {

namespace {

constexpr std::chrono::milliseconds database_time{1000};

std::int64_t customer_id_in(const json::value& data) {
  const auto id = json::integer(data, "customerId");
  if (!id || *id <= 0) throw error(fault::malformed, "unreadable-event", "the event has no customerId");
  return *id;
}

json::document object_in(const messaging::event& event) {
  auto data = json::document::parse(event.data);
  if (!data.root().IsObject())
    throw error(fault::malformed, "unreadable-event", "the event's data is no object");
  return data;
}

// The mail server lets this one mail wait. That goes on for so long only, counted from the first time, which
// is in the database: a restart does not begin it anew.
async::task<void> postpone(const mailroom& room, const messaging::event& event, const error& why) {
  const bool given_up =
      co_await room.database.transaction(async::deadline::in(database_time), [&room, &event](db::session& s) {
        if (store::postpone(s, event.id) < room.give_up_after) return false;
        store::forget_postponed(s, event.id);  // brought back from the dead letters, it has its time again
        return true;
      });
  if (!given_up) throw why;
  throw error(fault::conflict, "mail-given-up", "the mail server has postponed this mail for too long");
}

async::task<void> send(const mailroom& room, const messaging::event& event, const mail& letter,
                       async::deadline until) {
  std::optional<error> postponed;
  try {
    co_await room.sender.send(letter, until);
  } catch (const error& failure) {
    if (failure.slug() != "mail-postponed") throw;
    postponed = failure;
  }
  if (postponed) co_await postpone(room, event, *postponed);
}

// A mail that did not go out, to a customer who has been deleted meanwhile: there is nothing to try again,
// and no dead letter is to keep the address.
async::task<void> judge(const mailroom& room, const messaging::event& event, std::int64_t customer,
                        std::exception_ptr failure) {
  const auto look = [&event, customer](db::session& s) { return store::may_send(s, event.id, customer); };
  const bool wanted = co_await room.database.read(async::deadline::in(database_time), look);
  if (wanted) std::rethrow_exception(failure);
}

async::task<void> send_welcome(mailroom room, messaging::event event) {
  const auto until = async::deadline::in(room.time_limit);
  const auto message = signed_up::read(event);
  const bool wanted = co_await room.database.read(until, [&event, &message](db::session& s) {
    return store::may_send(s, event.id, message.customer_id);
  });
  if (!wanted) co_return;
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  std::exception_ptr failure;
  try {
    const auto letter = welcome(message.who, room.shop, event.id, now);
    co_await send(room, event, letter, until);
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) co_await judge(room, event, message.customer_id, failure);
}

messaging::event_handler on_signed_up(const mailroom& room) {
  messaging::event_handler handler;
  handler.effect = [room](const messaging::event& event) { return send_welcome(room, event); };
  handler.apply = [](db::session& s, const messaging::event& event) {
    const auto customer = signed_up::read(event).customer_id;
    store::forget_postponed(s, event.id);
    if (store::may_send(s, event.id, customer)) store::remember_sent(s, event.id, customer, "welcome");
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
  return {{"customer.signed-up", on_signed_up(room)}, {"customer.deleted", on_deleted(room)}};
}

}  // namespace mercat::crm_mailer
