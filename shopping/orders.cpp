#include "shopping/orders.hpp"

#include "common/error.hpp"
#include "common/uuid.hpp"
#include "shopping/order_list_store.hpp"
#include "shopping/order_moves.hpp"
#include "shopping/order_store.hpp"
#include "shopping/store.hpp"

#include <exception>

namespace mercat::shopping {

namespace {

error order_not_found() {
  return {fault::not_found, "order-not-found", "there is no such order"};
}

std::int64_t one_more_than(const order_page& page) {
  return static_cast<std::int64_t>(page.limit) + 1;
}

// What is not spelt like an id is looked up all the same: one kind of answer, one kind of work.
order_with_history require_order(db::session& s, const std::string& id) {
  auto found = store::find_order(s, id);
  if (!found) throw order_not_found();
  return std::move(*found);
}

order_with_history require_own_order(db::session& s, customer_id customer, const std::string& id) {
  auto found = store::find_order(s, id);
  store::refuse_deleted(s, customer);
  if (!found || found->whole.customer != customer) throw order_not_found();
  return std::move(*found);
}

order_with_history cancel_own(db::session& s, customer_id customer, const std::string& id,
                              const std::string& move_id, const std::string& traceparent) {
  const bool moved = cancel_order(s, id, customer, move_id, traceparent);
  auto now = require_own_order(s, customer, id);
  if (!moved)
    throw error(fault::conflict, "order-final",
                "this order is " + std::string(name(now.whole.state)) + " and cannot be cancelled");
  return now;
}

}  // namespace

async::task<order_with_history> orders::find_own(customer_id customer, std::string id,
                                                 async::deadline until) {
  co_return co_await database_.read(until,
                                    [&](db::session& s) { return require_own_order(s, customer, id); });
}

async::task<std::vector<order>> orders::list_own(customer_id customer, order_page page,
                                                 async::deadline until) {
  co_return co_await database_.read(until, [&](db::session& s) {
    auto found = store::orders_of(s, customer, page.before, one_more_than(page));
    store::refuse_deleted(s, customer);
    return found;
  });
}

async::task<order_with_history> orders::cancel(customer_id customer, std::string id, std::string traceparent,
                                               async::deadline until) {
  const auto move_id = uuid_v7();
  std::optional<order_with_history> now;
  try {
    co_await database_.transaction(
        until, [&](db::session& s) { now = cancel_own(s, customer, id, move_id, traceparent); });
  } catch (const db::commit_unknown&) {
    now.reset();
  }
  if (!now) {
    const bool done = co_await was_moved(id, move_id, until);
    if (!done)
      throw error(fault::unavailable, "order-outcome-unknown",
                  "the database did not confirm; look at the order before you repeat");
    now = co_await find_own(customer, id, until);
  }
  events_committed_();
  co_return std::move(*now);
}

// After a commit that was not confirmed. When that fails too, the outcome stays unknown.
async::task<bool> orders::was_moved(const std::string& id, const std::string& move_id,
                                    async::deadline until) {
  bool done = false;
  try {
    co_await database_.transaction(until, [&](db::session& s) { done = store::was_moved(s, id, move_id); });
  } catch (const error&) {  // what was seen before stays seen
  }
  co_return done;
}

async::task<order_with_history> orders::find(std::string id, async::deadline until) {
  co_return co_await database_.read(until, [&](db::session& s) { return require_order(s, id); });
}

async::task<std::vector<order>> orders::list(std::optional<order_state> state, order_page page,
                                             async::deadline until) {
  co_return co_await database_.read(
      until, [&](db::session& s) { return store::all_orders(s, state, page.before, one_more_than(page)); });
}

}  // namespace mercat::shopping
