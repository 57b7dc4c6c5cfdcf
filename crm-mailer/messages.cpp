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

async::task<void> send_welcome(mailroom room, messaging::event event) {
  const auto until = async::deadline::in(room.time_limit);
  const auto message = signed_up::read(event);
  const bool wanted = co_await room.database.read(until, [&event, &message](db::session& s) {
    return store::may_send(s, event.id, message.customer_id);
  });
  if (!wanted) co_return;
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  std::optional<error> postponed;
  try {
    co_await room.sender.send(welcome(message.who, room.shop, event.id, now), until);
  } catch (const error& failure) {
    if (failure.slug() != "mail-postponed") throw;
    postponed = failure;
  }
  if (postponed) co_await postpone(room, event, *postponed);
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

messaging::event_handler on_deleted() {
  messaging::event_handler handler;
  handler.apply = [](db::session& s, const messaging::event& event) {
    store::remember_deleted(s, deleted::read(event).customer_id);
  };
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
  return {{"customer.signed-up", on_signed_up(room)}, {"customer.deleted", on_deleted()}};
}

}  // namespace mercat::crm_mailer
