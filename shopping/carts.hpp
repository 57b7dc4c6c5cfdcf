// The carts: reading and changing the caller's own one.
#pragma once

#include "common/async/deadline.hpp"
#include "common/async/task.hpp"
#include "common/db/pool.hpp"
#include "shopping/cart.hpp"
#include "shopping/product_offers.hpp"

#include <exception>
#include <string>
#include <vector>

namespace mercat::shopping {

struct merged_view {
  cart lines;
  std::vector<skipped_product> skipped;
};

// Thread-safe: its only state is the database. Reading, removing and clearing need nobody but the database.
// All throw fault::unauthenticated "token-invalid" for a customer whose account is deleted (the token may
// live on for some minutes).
class carts {
 public:
  carts(db::pool& database, product_offers& offers) : database_(database), offers_(offers) {}

  [[nodiscard]] async::task<cart> view(customer_id customer, async::deadline until);
  // Replaces the quantity when the product is there already. Throws fault::not_found "product-not-found",
  // fault::conflict "cart-full", and what product_offers::find throws.
  [[nodiscard]] async::task<cart> set(customer_id customer, product_id product, std::int64_t quantity,
                                      async::deadline until);
  // Adds, up to most_per_line. Not idempotent. Throws what product_offers::find_all throws; at most 100
  // items.
  [[nodiscard]] async::task<merged_view> merge(customer_id customer, std::vector<wanted_product> items,
                                               async::deadline until);
  // Throws fault::not_found "not-in-cart".
  [[nodiscard]] async::task<cart> remove(customer_id customer, product_id product, async::deadline until);
  [[nodiscard]] async::task<cart> clear(customer_id customer, async::deadline until);

 private:
  // Throws `why`, unless the customer's account is deleted.
  [[nodiscard]] async::task<void> refuse(customer_id customer, std::exception_ptr why, async::deadline until);
  [[nodiscard]] async::task<bool> was_merged(customer_id customer, const std::string& merge_id,
                                             async::deadline until);

  db::pool& database_;
  product_offers& offers_;
};

}  // namespace mercat::shopping
