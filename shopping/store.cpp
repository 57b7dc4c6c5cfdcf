#include "shopping/store.hpp"

#include "common/error.hpp"
#include "shopping/order_erasure_store.hpp"
#include "shopping/wishlist_store.hpp"

#include <utility>

namespace mercat::shopping::store {

cart lines_of(db::session& s, customer_id customer) {
  cart lines;
  for (auto& row :
       s.query("SELECT l.product_id, l.name, l.banner, l.price, l.quantity, COALESCE(r.version, 0), "
               "COALESCE(r.price, 0), COALESCE(r.available, 0), COALESCE(r.deleted, 0) "
               "FROM cart_line l LEFT JOIN product_replica r ON r.product_id = l.product_id "
               "WHERE l.customer_id = ? ORDER BY l.added_at, l.product_id",
               customer)) {
    cart_line line{row.integer(0), row.take_text(1), row.take_text(2), {row.integer(3)}, row.integer(4)};
    const bool known = row.integer(5) > 0;
    if (known) line.now = product_now{{row.integer(6)}, row.boolean(7), row.boolean(8)};
    lines.push_back(std::move(line));
  }
  return lines;
}

void lock_cart(db::session& s, customer_id customer) {
  s.execute(
      "INSERT INTO cart (customer_id) VALUES (?) "
      "ON DUPLICATE KEY UPDATE version = version + 1, updated_at = CURRENT_TIMESTAMP(6)",
      customer);
}

void put_line(db::session& s, customer_id customer, const cart_line& line) {
  s.execute(
      "INSERT INTO cart_line (customer_id, product_id, quantity, name, banner, price) VALUES (?, ?, ?, ?, ?, "
      "?) "
      "ON DUPLICATE KEY UPDATE quantity = VALUES(quantity), name = VALUES(name), banner = VALUES(banner), "
      "price = VALUES(price)",
      customer, line.product, line.quantity, line.name, line.banner, line.price.minor_units);
}

std::uint64_t remove_line(db::session& s, customer_id customer, product_id product) {
  return s.execute("DELETE FROM cart_line WHERE customer_id = ? AND product_id = ?", customer, product);
}

void clear_cart(db::session& s, customer_id customer) {
  s.execute("DELETE FROM cart_line WHERE customer_id = ?", customer);
}

void note_merge(db::session& s, customer_id customer, const std::string& merge_id) {
  s.execute("UPDATE cart SET last_merge = ? WHERE customer_id = ?", merge_id, customer);
}

bool was_merged(db::session& s, customer_id customer, const std::string& merge_id) {
  const auto row = s.query_one(
      "SELECT COALESCE(last_merge = ?, 0) FROM cart WHERE customer_id = ? FOR UPDATE", merge_id, customer);
  return row && row->boolean(0);
}

bool is_deleted(db::session& s, customer_id customer) {
  return s.query_one("SELECT 1 FROM deleted_customer WHERE customer_id = ?", customer).has_value();
}

void refuse_deleted(db::session& s, customer_id customer) {
  if (is_deleted(s, customer))
    throw error(fault::unauthenticated, "token-invalid", "this account was deleted");
}

void forget_customer(db::session& s, customer_id customer) {
  lock_cart(s, customer);  // a request that is just writing this cart ends first
  lock_wishlist(s, customer);
  s.execute("INSERT IGNORE INTO deleted_customer (customer_id) VALUES (?)", customer);
  clear_cart(s, customer);
  s.execute("DELETE FROM cart WHERE customer_id = ?", customer);
  remove_wishlist(s, customer);
  begin_erasure(s, customer);
}

}  // namespace mercat::shopping::store
