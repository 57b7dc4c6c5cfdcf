// The SQL of carts. Functions run inside a unit of work (common/db/pool.hpp).
#pragma once

#include "common/db/session.hpp"
#include "shopping/cart.hpp"

#include <string>

namespace mercat::shopping::store {

// In the order in which the products were put in, each with what the product replica says of it: one
// statement, so one moment.
[[nodiscard]] cart lines_of(db::session& s, customer_id customer);

// Locks the customer's cart until the transaction ends, and makes it if there is none: writers of one cart
// take turns.
void lock_cart(db::session& s, customer_id customer);
// The product's line, replaced if it is there. The cart must be locked.
void put_line(db::session& s, customer_id customer, const cart_line& line);
// Number removed: 0 or 1. The cart must be locked.
std::uint64_t remove_line(db::session& s, customer_id customer, product_id product);
void clear_cart(db::session& s, customer_id customer);

// The merge that a cart saw last. was_merged waits for a transaction that holds the cart, so for a commit
// that is still on its way.
void note_merge(db::session& s, customer_id customer, const std::string& merge_id);
[[nodiscard]] bool was_merged(db::session& s, customer_id customer, const std::string& merge_id);

[[nodiscard]] bool is_deleted(db::session& s, customer_id customer);
// Throws fault::unauthenticated "token-invalid" for one whose account was deleted. To be called last in a
// read, and after the lock in a transaction: then no answer shows what a deletion left of a cart.
void refuse_deleted(db::session& s, customer_id customer);
// Remembers the id for good and removes what the customer had here, wishlist included. Orders stay, without
// e-mail and address: what is left to be done about many of them, the order_eraser does.
void forget_customer(db::session& s, customer_id customer);

}  // namespace mercat::shopping::store
