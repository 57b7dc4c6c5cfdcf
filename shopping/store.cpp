#include "shopping/store.hpp"

namespace mercat::shopping::store {

cart lines_of(db::session& s, customer_id customer) {
  cart lines;
  for (auto& row :
       s.query("SELECT product_id, name, banner, price, quantity FROM cart_line WHERE customer_id = ? "
               "ORDER BY added_at, product_id",
               customer))
    lines.push_back({row.integer(0), row.take_text(1), row.take_text(2), {row.integer(3)}, row.integer(4)});
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

bool is_deleted(db::session& s, customer_id customer) {
  return s.query_one("SELECT 1 FROM deleted_customer WHERE customer_id = ?", customer).has_value();
}

void forget_customer(db::session& s, customer_id customer) {
  lock_cart(s, customer);  // a request that is just writing this cart ends first
  s.execute("INSERT IGNORE INTO deleted_customer (customer_id) VALUES (?)", customer);
  clear_cart(s, customer);
  s.execute("DELETE FROM cart WHERE customer_id = ?", customer);
}

}  // namespace mercat::shopping::store
