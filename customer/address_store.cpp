#include "customer/address_store.hpp"

namespace mercat::customer::store {

std::optional<address> address_of(db::row& row, std::size_t first) {
  if (row.is_null(first)) return std::nullopt;
  address found;
  found.id = row.integer(first);
  found.where.street = row.take_text(first + 1);
  found.where.city = row.take_text(first + 2);
  if (!row.is_null(first + 3)) found.where.state = row.take_text(first + 3);
  found.where.postal_code = row.take_text(first + 4);
  found.where.country = row.take_text(first + 5);
  return found;
}

std::optional<std::vector<address>> find_addresses(db::session& s, std::int64_t customer) {
  auto rows = s.query(
      "SELECT a.id, a.street, a.city, a.state, a.postal_code, a.country "
      "FROM customer c LEFT JOIN address a ON a.customer_id = c.id "
      "WHERE c.id = ? AND c.deleted_at IS NULL ORDER BY a.id",
      customer);
  if (rows.empty()) return std::nullopt;
  std::vector<address> found;
  for (auto& row : rows)
    if (auto each = address_of(row, 0)) found.push_back(std::move(*each));
  return found;
}

std::size_t count_addresses(db::session& s, std::int64_t customer) {
  const auto row = s.query_one("SELECT COUNT(*) FROM address WHERE customer_id = ?", customer);
  return static_cast<std::size_t>(row->integer(0));
}

std::int64_t add_address(db::session& s, std::int64_t customer, const postal_address& where) {
  s.execute(
      "INSERT INTO address (customer_id, street, city, state, postal_code, country) VALUES (?, ?, ?, ?, ?, "
      "?)",
      customer, where.street, where.city, where.state, where.postal_code, where.country);
  return s.last_id();
}

bool replace_address(db::session& s, std::int64_t customer, std::int64_t id, const postal_address& where) {
  return s.execute(
             "UPDATE address SET street = ?, city = ?, state = ?, postal_code = ?, country = ? "
             "WHERE id = ? AND customer_id = ?",
             where.street, where.city, where.state, where.postal_code, where.country, id, customer) == 1;
}

bool remove_address(db::session& s, std::int64_t customer, std::int64_t id) {
  return s.execute("DELETE FROM address WHERE id = ? AND customer_id = ?", id, customer) == 1;
}

void remove_addresses(db::session& s, std::int64_t customer) {
  s.execute("DELETE FROM address WHERE customer_id = ?", customer);
}

}  // namespace mercat::customer::store
