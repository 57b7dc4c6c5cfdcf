// The carts: reading and changing the caller's own one.
#pragma once

#include "common/async/deadline.hpp"
#include "common/async/task.hpp"
#include "common/db/pool.hpp"
#include "shopping/cart.hpp"
#include "shopping/product_offers.hpp"

namespace mercat::shopping {

struct cart_view {
  cart lines;
  current_offers now;
};

// Thread-safe: its only state is the database. All throw fault::unauthenticated for writes of a customer
// whose account is deleted (the token may live on for some minutes).
class carts {
 public:
  carts(db::pool& database, product_offers& offers) : database_(database), offers_(offers) {}

  [[nodiscard]] async::task<cart_view> view(customer_id customer, async::deadline until);
  // Replaces the quantity when the product is there already. Throws fault::not_found "product-not-found",
  // fault::conflict "cart-full", and what product_offers::find throws.
  [[nodiscard]] async::task<cart_view> set(customer_id customer, product_id product, std::int64_t quantity,
                                           async::deadline until);
  // Throws fault::not_found "not-in-cart".
  [[nodiscard]] async::task<cart_view> remove(customer_id customer, product_id product,
                                              async::deadline until);
  [[nodiscard]] async::task<cart_view> clear(customer_id customer, async::deadline until);

 private:
  [[nodiscard]] async::task<cart_view> with_offers(cart lines, async::deadline until);

  db::pool& database_;
  product_offers& offers_;
};

}  // namespace mercat::shopping
