// The SQL of shopping, and all of it. Functions run inside a unit of work (common/db/pool.hpp).
#pragma once

#include "common/db/session.hpp"
#include "shopping/cart.hpp"

namespace mercat::shopping::store {

// In the order in which the products were put in.
[[nodiscard]] cart lines_of(db::session& s, customer_id customer);

// Locks the customer's cart until the transaction ends, and makes it if there is none: writers of one cart
// take turns.
void lock_cart(db::session& s, customer_id customer);
// The product's line, replaced if it is there. The cart must be locked.
void put_line(db::session& s, customer_id customer, const cart_line& line);
// Number removed: 0 or 1. The cart must be locked.
std::uint64_t remove_line(db::session& s, customer_id customer, product_id product);
void clear_cart(db::session& s, customer_id customer);

[[nodiscard]] bool is_deleted(db::session& s, customer_id customer);
// Remembers the id for good and removes what the customer had here.
void forget_customer(db::session& s, customer_id customer);

}  // namespace mercat::shopping::store
