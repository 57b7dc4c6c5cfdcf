#include "shopping/carts.hpp"

#include "common/error.hpp"
#include "common/uuid.hpp"
#include "shopping/replica_store.hpp"
#include "shopping/store.hpp"

#include <exception>
#include <optional>
#include <span>

namespace mercat::shopping {

namespace {

void lock_for_change(db::session& s, customer_id customer) {
  store::lock_cart(s, customer);
  store::refuse_deleted(s, customer);
}

// In one transaction.
merged_view merge_into(db::session& s, customer_id customer, const std::vector<wanted_product>& items,
                       const std::vector<offer>& offers, const std::string& merge_id) {
  lock_for_change(s, customer);
  store::learn(s, offers);
  store::note_merge(s, customer, merge_id);
  auto merged = merge(store::lines_of(s, customer), items, offers);
  for (const auto& line : merged.changed) store::put_line(s, customer, line);
  return {store::lines_of(s, customer), std::move(merged.skipped)};
}

}  // namespace

async::task<cart> carts::view(customer_id customer, async::deadline until) {
  co_return co_await database_.read(until, [&](db::session& s) {
    auto lines = store::lines_of(s, customer);
    store::refuse_deleted(s, customer);
    return lines;
  });
}

async::task<cart> carts::set(customer_id customer, product_id product, std::int64_t quantity,
                             async::deadline until) {
  std::optional<offer> offered;
  auto failure =
      std::make_exception_ptr(error(fault::not_found, "product-not-found", "there is no such product"));
  try {
    offered = co_await offers_.find(product, until);
  } catch (const error&) {
    failure = std::current_exception();
  }
  if (!offered) co_await refuse(customer, failure, until);

  co_return co_await database_.transaction(until, [&](db::session& s) {
    lock_for_change(s, customer);
    store::learn(s, std::span{&*offered, 1});
    store::put_line(s, customer, {product, offered->name, offered->banner, offered->price, quantity});
    auto lines = store::lines_of(s, customer);
    if (static_cast<std::int64_t>(lines.size()) > most_lines)
      throw error(fault::conflict, "cart-full", "a cart holds at most 100 different products");
    return lines;
  });
}

async::task<merged_view> carts::merge(customer_id customer, std::vector<wanted_product> items,
                                      async::deadline until) {
  const auto wanted = summed(items);
  std::vector<product_id> ids;
  ids.reserve(wanted.size());
  for (const auto& each : wanted) ids.push_back(each.product);
  std::vector<described_product> found;
  std::exception_ptr failure;
  try {
    found = co_await offers_.find_all(std::move(ids), until);
  } catch (const error&) {
    failure = std::current_exception();
  }
  if (failure) co_await refuse(customer, failure, until);
  std::vector<offer> offers;
  offers.reserve(found.size());
  for (auto& each : found) offers.push_back(std::move(each.read));

  const auto merge_id = uuid_v7();
  merged_view merged;
  std::exception_ptr unknown_outcome;
  try {
    co_await database_.transaction(
        until, [&](db::session& s) { merged = merge_into(s, customer, wanted, offers, merge_id); });
  } catch (const db::commit_unknown&) {
    unknown_outcome = std::current_exception();
  }
  if (unknown_outcome) {
    const bool done = co_await was_merged(customer, merge_id, until);
    if (!done) std::rethrow_exception(unknown_outcome);
  }
  co_return merged;
}

// What stands against a change before its transaction, where a deleted customer is refused, has begun.
async::task<void> carts::refuse(customer_id customer, std::exception_ptr why, async::deadline until) {
  co_await database_.read(until, [&](db::session& s) { store::refuse_deleted(s, customer); });
  std::rethrow_exception(why);
}

// After a commit that was not confirmed. A client told so may add everything a second time: look first. When
// that fails too, the outcome stays unknown.
async::task<bool> carts::was_merged(customer_id customer, const std::string& merge_id,
                                    async::deadline until) {
  bool done = false;
  try {
    co_await database_.transaction(until,
                                   [&](db::session& s) { done = store::was_merged(s, customer, merge_id); });
  } catch (const error&) {  // what was seen before stays seen
  }
  co_return done;
}

async::task<cart> carts::remove(customer_id customer, product_id product, async::deadline until) {
  co_return co_await database_.transaction(until, [&](db::session& s) {
    lock_for_change(s, customer);
    if (store::remove_line(s, customer, product) == 0)
      throw error(fault::not_found, "not-in-cart", "this product is not in the cart");
    return store::lines_of(s, customer);
  });
}

async::task<cart> carts::clear(customer_id customer, async::deadline until) {
  co_return co_await database_.transaction(until, [&](db::session& s) {
    lock_for_change(s, customer);
    store::clear_cart(s, customer);
    return cart{};
  });
}

}  // namespace mercat::shopping
