#include "crm-mailer/delivery.hpp"

#include "common/error.hpp"
#include "crm-mailer/store.hpp"

#include <exception>
#include <optional>
#include <utility>

namespace mercat::crm_mailer {

namespace {

constexpr std::chrono::milliseconds database_time{1000};

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

}  // namespace

std::int64_t customer_id_in(const json::value& data) {
  const auto id = json::integer(data, "customerId");
  if (!id || *id <= 0) throw error(fault::malformed, "unreadable-event", "the event has no customerId");
  return *id;
}

std::string text_in(const json::value& data, std::string_view member) {
  const auto text = json::text(data, member);
  if (!text) throw error(fault::malformed, "unreadable-event", "the event has no " + std::string(member));
  return std::string(*text);
}

json::document object_in(const messaging::event& event) {
  auto data = json::document::parse(event.data);
  if (!data.root().IsObject())
    throw error(fault::malformed, "unreadable-event", "the event's data is no object");
  return data;
}

async::task<void> deliver(mailroom room, messaging::event event, delivery wanted) {
  if (!wanted.due) co_return;
  const auto until = async::deadline::in(room.time_limit);
  const auto look = [&event, &wanted](db::session& s) {
    return store::may_send(s, event.id, wanted.customer_id);
  };
  const bool may_go = co_await room.database.read(until, look);
  if (!may_go) co_return;
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  std::exception_ptr failure;
  try {
    const auto letter = wanted.write(event, now);
    co_await send(room, event, letter, until);
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) co_await judge(room, event, wanted.customer_id, failure);
}

void note_delivery(db::session& s, const messaging::event& event, std::int64_t customer_id, bool due,
                   std::string_view kind) {
  store::forget_postponed(s, event.id);
  if (due && store::may_send(s, event.id, customer_id)) store::remember_sent(s, event.id, customer_id, kind);
}

}  // namespace mercat::crm_mailer
