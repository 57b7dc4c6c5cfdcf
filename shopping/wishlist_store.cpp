#include "shopping/wishlist_store.hpp"

namespace mercat::shopping::store {

std::vector<product_id> wishes_of(db::session& s, customer_id customer) {
  std::vector<product_id> wishes;
  for (const auto& row : s.query("SELECT product_id FROM wishlist_product WHERE customer_id = ? "
                                 "ORDER BY added_at DESC, product_id DESC",
                                 customer))
    wishes.push_back(row.integer(0));
  return wishes;
}

void lock_wishlist(db::session& s, customer_id customer) {
  s.execute(
      "INSERT INTO wishlist (customer_id) VALUES (?) "
      "ON DUPLICATE KEY UPDATE version = version + 1, updated_at = CURRENT_TIMESTAMP(6)",
      customer);
}

void add_wish(db::session& s, customer_id customer, product_id product) {
  s.execute("INSERT IGNORE INTO wishlist_product (customer_id, product_id) VALUES (?, ?)", customer, product);
}

std::uint64_t remove_wish(db::session& s, customer_id customer, product_id product) {
  return s.execute("DELETE FROM wishlist_product WHERE customer_id = ? AND product_id = ?", customer,
                   product);
}

void remove_wishlist(db::session& s, customer_id customer) {
  s.execute("DELETE FROM wishlist_product WHERE customer_id = ?", customer);
  s.execute("DELETE FROM wishlist WHERE customer_id = ?", customer);
}

}  // namespace mercat::shopping::store
