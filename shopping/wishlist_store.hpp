// The SQL of wishlists. Functions run inside a unit of work (common/db/pool.hpp).
#pragma once

#include "common/db/session.hpp"
#include "shopping/offer.hpp"

#include <vector>

namespace mercat::shopping::store {

// Newest first.
[[nodiscard]] std::vector<product_id> wishes_of(db::session& s, customer_id customer);

// Locks the customer's wishlist until the transaction ends, and makes it if there is none.
void lock_wishlist(db::session& s, customer_id customer);
// One that is there stays where it is. The wishlist must be locked.
void add_wish(db::session& s, customer_id customer, product_id product);
// Number removed: 0 or 1. The wishlist must be locked.
std::uint64_t remove_wish(db::session& s, customer_id customer, product_id product);
// With its lock's row.
void remove_wishlist(db::session& s, customer_id customer);

}  // namespace mercat::shopping::store
