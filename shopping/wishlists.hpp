// The wishlists: reading and changing the caller's own one.
#pragma once

#include "common/async/deadline.hpp"
#include "common/async/task.hpp"
#include "common/db/pool.hpp"
#include "shopping/product_offers.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace mercat::shopping {

inline constexpr std::size_t most_wishes = 100;

// Products' JSON as products gave it, newest wish first.
using wishlist_view = std::vector<std::string>;

// Thread-safe: its only state is the database. Each answer costs one VIEW_PRODUCTS call, none when it is
// empty; a product gone since is left out of it. A change asks before it writes, so that when products is
// away (fault::unavailable, fault::too_slow) nothing was done. All throw fault::unauthenticated
// "token-invalid" for a customer whose account is deleted.
class wishlists {
 public:
  wishlists(db::pool& database, product_offers& offers) : database_(database), offers_(offers) {}

  [[nodiscard]] async::task<wishlist_view> view(customer_id customer, async::deadline until);
  // One that is there stays where it is. Throws fault::not_found "product-not-found", fault::conflict
  // "wishlist-full".
  [[nodiscard]] async::task<wishlist_view> add(customer_id customer, product_id product,
                                               async::deadline until);
  // Throws fault::not_found "not-in-wishlist".
  [[nodiscard]] async::task<wishlist_view> remove(customer_id customer, product_id product,
                                                  async::deadline until);

 private:
  [[nodiscard]] async::task<std::vector<product_id>> wishes(customer_id customer, async::deadline until);

  db::pool& database_;
  product_offers& offers_;
};

void write(json::writer& out, const wishlist_view& products);

}  // namespace mercat::shopping
