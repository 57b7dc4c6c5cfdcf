#include "crm-mailer/delivery.hpp"

#include "common/error.hpp"
#include "common/messaging/inbox_table.hpp"
#include "crm-mailer/store.hpp"

#include <exception>
#include <utility>

namespace mercat::crm_mailer {

namespace {

constexpr std::chrono::milliseconds database_time{1000};

// In one transaction with the inbox entry: it is in one place, here or in the queue. The consumer then finds
// the event done and acknowledges it.
async::task<void> put_off(const mailroom& room, const messaging::event& event, std::int64_t customer) {
  const auto work = [&room, &event, customer](db::session& s) {
    if (!messaging::mark_processed(s, event)) return;
    store::put_off(s, event, customer, room.first_pause);
    // In this order: a deletion that is just being committed either sees the row or is seen here.
    if (store::is_deleted(s, customer)) store::forget_postponed(s, event.id);
  };
  co_await room.database.transaction(async::deadline::in(database_time), work);
}

bool is_postponed(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const error& known) {
    return known.slug() == "mail-postponed";
  } catch (...) {
    return false;
  }
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
    return !store::waits(s, event.id) && store::may_send(s, event.id, wanted.customer_id);
  };
  const bool may_go = co_await room.database.read(until, look);
  if (!may_go) co_return;
  const auto how = co_await hand_over(room, event, wanted, until);
  if (how == handed::postponed) co_await put_off(room, event, wanted.customer_id);
}

void note_delivery(db::session& s, const messaging::event& event, const delivery& wanted) {
  store::forget_postponed(s, event.id);
  if (wanted.due && store::may_send(s, event.id, wanted.customer_id))
    store::remember_sent(s, event.id, wanted.customer_id, wanted.kind);
}

async::task<handed> hand_over(mailroom room, messaging::event event, delivery wanted, async::deadline until) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  std::exception_ptr failure;
  try {
    const auto letter = wanted.write(event, now);
    co_await room.sender.send(letter, until);
  } catch (...) {
    failure = std::current_exception();
  }
  if (!failure) co_return handed::over;
  // To a customer who has been deleted meanwhile there is nothing to try again, and no dead letter is to keep
  // the address.
  const auto look = [&event, &wanted](db::session& s) {
    return store::may_send(s, event.id, wanted.customer_id);
  };
  const bool still_wanted = co_await room.database.read(async::deadline::in(database_time), look);
  if (!still_wanted) co_return handed::unwanted;
  if (is_postponed(failure)) co_return handed::postponed;
  std::rethrow_exception(failure);
}

}  // namespace mercat::crm_mailer
