#include "shopping/carts.hpp"

#include "common/error.hpp"
#include "shopping/store.hpp"

#include <algorithm>

namespace mercat::shopping {

namespace {

// How long a cart waits to learn today's prices: what it shows does not depend on them.
constexpr std::chrono::milliseconds offers_patience{500};

void lock_for_change(db::session& s, customer_id customer) {
  store::lock_cart(s, customer);
  if (store::is_deleted(s, customer))
    throw error(fault::unauthenticated, "token-invalid", "this account was deleted");
}

}  // namespace

async::task<cart_view> carts::view(customer_id customer, async::deadline until) {
  auto lines = co_await database_.read(until, [&](db::session& s) { return store::lines_of(s, customer); });
  co_return co_await with_offers(std::move(lines), until);
}

async::task<cart_view> carts::set(customer_id customer, product_id product, std::int64_t quantity,
                                  async::deadline until) {
  const auto offered = co_await offers_.find(product, until);
  if (!offered) throw error(fault::not_found, "product-not-found", "there is no such product");

  auto lines = co_await database_.transaction(until, [&](db::session& s) {
    lock_for_change(s, customer);
    store::put_line(s, customer, {product, offered->name, offered->banner, offered->price, quantity});
    auto now_in_cart = store::lines_of(s, customer);
    if (static_cast<std::int64_t>(now_in_cart.size()) > most_lines)
      throw error(fault::conflict, "cart-full", "a cart holds at most 100 different products");
    return now_in_cart;
  });
  co_return co_await with_offers(std::move(lines), until);
}

async::task<cart_view> carts::remove(customer_id customer, product_id product, async::deadline until) {
  auto lines = co_await database_.transaction(until, [&](db::session& s) {
    lock_for_change(s, customer);
    if (store::remove_line(s, customer, product) == 0)
      throw error(fault::not_found, "not-in-cart", "this product is not in the cart");
    return store::lines_of(s, customer);
  });
  co_return co_await with_offers(std::move(lines), until);
}

async::task<cart_view> carts::clear(customer_id customer, async::deadline until) {
  co_await database_.transaction(until, [&](db::session& s) {
    lock_for_change(s, customer);
    store::clear_cart(s, customer);
  });
  cart empty;
  co_return co_await with_offers(std::move(empty), until);
}

async::task<cart_view> carts::with_offers(cart lines, async::deadline until) {
  std::vector<product_id> ids;
  ids.reserve(lines.size());
  for (const auto& line : lines) ids.push_back(line.product);
  auto now = co_await offers_.current(std::move(ids), until.at_most(offers_patience));
  co_return cart_view{std::move(lines), std::move(now)};
}

}  // namespace mercat::shopping
