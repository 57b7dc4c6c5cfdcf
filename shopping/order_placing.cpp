#include "shopping/order_placing.hpp"

#include "common/db/error.hpp"
#include "common/uuid.hpp"
#include "shopping/order_events.hpp"
#include "shopping/order_view.hpp"
#include "shopping/replica_store.hpp"
#include "shopping/store.hpp"

#include <exception>

namespace mercat::shopping {

namespace {

constexpr int most_attempts = 3;

placed_order answer_of(store::used_key&& used, const std::string& body_hash) {
  if (used.body_hash != body_hash)
    throw error(fault::already_exists, "idempotency-key-reused",
                "this Idempotency-Key was used for another order");
  return {std::move(used.order_id), std::move(used.answer), false};
}

error in_progress() {
  error busy{fault::conflict, "in-progress",
             "another request of yours is at this cart; repeat with the same key"};
  busy.retry_in(std::chrono::seconds{1});
  return busy;
}

}  // namespace

async::task<placed_order> order_placing::place(order_caller caller, order_request wanted,
                                               async::deadline until) {
  attempt of{caller, wanted, until, wanted.hash(), {}};
  auto known = co_await earlier(of);
  if (known) co_return std::move(*known);
  co_await find_address(of);
  for (int tries = 0; tries < most_attempts; ++tries) {
    auto twin = co_await look(of);
    if (twin) co_return std::move(*twin);
    const auto refused = co_await prepare(of);
    if (refused) {
      // What stands against this order may be the doing of its twin.
      auto meanwhile = co_await earlier(of);
      if (meanwhile) co_return std::move(*meanwhile);
      throw *refused;
    }
    const auto ended = co_await commit(of);
    if (ended == outcome::placed) {
      events_committed_();
      co_return placed_order{std::move(of.made.id), std::move(of.answer), true};
    }
    if (ended == outcome::cart_changed) continue;
    auto first = co_await earlier(of);
    if (first) co_return std::move(*first);
    throw in_progress();
  }
  throw error(fault::conflict, "cart-changed", "the cart keeps changing; look at it, and order again");
}

async::task<std::optional<placed_order>> order_placing::earlier(const attempt& of) {
  const auto customer = of.caller.who.customer_id;
  auto used = co_await database_.read(of.until, [&](db::session& s) {
    auto found = store::find_key(s, customer, of.caller.key);
    store::refuse_deleted(s, customer);
    return found;
  });
  std::optional<placed_order> known;
  if (used) known = answer_of(std::move(*used), of.body_hash);
  co_return known;
}

// First the cart, then the key: a cart that was emptied by an order of this key is never taken for one that
// was empty before. Every order takes the cart, so one that is placed from now on changes its version, and
// the pace is looked at anew.
async::task<std::optional<placed_order>> order_placing::look(attempt& of) {
  const auto customer = of.caller.who.customer_id;
  auto used = co_await database_.read(of.until, [&](db::session& s) {
    of.cart = store::cart_to_order_of(s, customer, rules_.most_per_hour);
    auto found = store::find_key(s, customer, of.caller.key);
    store::refuse_deleted(s, customer);
    return found;
  });
  std::optional<placed_order> known;
  if (used) {
    known = answer_of(std::move(*used), of.body_hash);
  } else {
    check_pace(of.cart.nth_newest, of.cart.now);
  }
  co_return known;
}

async::task<void> order_placing::find_address(attempt& of) {
  if (!of.wanted.address_id) co_return;
  of.address = co_await addresses_.find(of.caller.who.customer_id, *of.wanted.address_id, of.until);
  if (!of.address) throw error(fault::not_found, "address-not-found", "there is no such address among yours");
}

async::task<std::optional<order_refused>> order_placing::prepare(attempt& of) {
  std::vector<product_id> ids;
  ids.reserve(of.cart.lines.size());
  for (const auto& each : of.cart.lines) ids.push_back(each.line.product);
  auto described = co_await offers_.find_all(std::move(ids), of.until);
  std::vector<offer> offers;
  offers.reserve(described.size());
  for (auto& each : described) offers.push_back(std::move(each.read));

  auto refused = refusal(of.cart.lines, offers, of.wanted.accept_price_change);
  if (refused) {
    co_await remember_prices(offers, of.until);
    co_return refused;
  }
  order made;
  made.id = uuid_v7();
  made.customer = of.caller.who.customer_id;
  made.lines = lines_of_order(of.cart.lines, offers);
  made.amount = amount_of(made.lines);
  made.currency = rules_.currency;
  if (!of.caller.who.email.empty()) made.email = of.caller.who.email;
  made.address = of.address;
  made.txn_number = of.wanted.txn_number;
  made.created_at = of.cart.now;
  made.updated_at = of.cart.now;
  of.answer = json_of_placed(made);
  of.made = std::move(made);
  co_return refused;
}

// So that the cart shows at once why it was refused. Not worth failing for.
async::task<void> order_placing::remember_prices(const std::vector<offer>& offers, async::deadline until) {
  if (offers.empty()) co_return;
  try {
    co_await database_.transaction(until, [&](db::session& s) { store::learn(s, offers); });
  } catch (const error&) {  // the events bring it too
  }
}

// Whoever writes holds the cart first, then the key: two requests of one customer take turns on the cart, and
// the second finds the first's key.
order_placing::outcome order_placing::write(db::session& s, attempt& of) const {
  const auto customer = of.made.customer;
  of.waiting = true;
  const auto version = store::lock_cart_to_order(s, customer);
  if (store::find_key(s, customer, of.caller.key)) return outcome::key_used;
  store::refuse_deleted(s, customer);
  if (version != of.cart.version) return outcome::cart_changed;
  if (!store::use_key(s, customer, of.caller.key, {of.body_hash, of.made.id, of.answer}))
    return outcome::key_used;
  of.waiting = false;
  store::add_order(s, of.made);
  store::take_cart(s, customer);
  publish_created(s, of.made, of.caller.traceparent);
  return outcome::placed;
}

async::task<order_placing::outcome> order_placing::commit(attempt& of) {
  bool unknown = false;
  of.waiting = false;
  try {
    co_return co_await database_.transaction(of.until, [&](db::session& s) { return write(s, of); });
  } catch (const db::commit_unknown&) {
    unknown = true;
  } catch (const db::transient&) {
    if (!of.waiting) throw;
  } catch (const db::too_slow&) {
    if (!of.waiting) throw;
  }
  if (!unknown) throw in_progress();
  co_return co_await find_outcome(of);
}

// After a commit that was not confirmed: the key tells.
async::task<order_placing::outcome> order_placing::find_outcome(const attempt& of) {
  std::optional<store::used_key> found;
  try {
    co_await database_.transaction(of.until, [&](db::session& s) {
      found = store::await_key(s, of.caller.who.customer_id, of.caller.key);
    });
  } catch (const error&) {  // what was seen before stays seen
  }
  if (!found)
    throw error(fault::unavailable, "order-outcome-unknown",
                "the database did not confirm; repeat with the same key, which never makes a second order");
  co_return found->order_id == of.made.id ? outcome::placed : outcome::key_used;
}

}  // namespace mercat::shopping
