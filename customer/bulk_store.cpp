#include "customer/bulk_store.hpp"

#include <span>

namespace mercat::customer::store {

namespace {

constexpr std::size_t rows_at_once = 100;

std::string statement(std::string_view head, std::string_view row, std::size_t rows) {
  std::string sql(head);
  for (std::size_t i = 0; i < rows; ++i) {
    sql += i == 0 ? " " : ", ";
    sql += row;
  }
  return sql;
}

// A hundred rows at once while there are so many, the rest one by one: two texts, which stay prepared.
void insert_rows(db::session& s, std::string_view head, std::string_view row, std::size_t width,
                 const std::vector<db::parameter>& values) {
  const auto many = statement(head, row, rows_at_once);
  const auto one = statement(head, row, 1);
  std::span<const db::parameter> left{values};
  while (!left.empty()) {
    const bool enough = left.size() >= rows_at_once * width;
    const auto size = enough ? rows_at_once * width : width;
    s.run_update(enough ? many : one, left.first(size));
    left = left.subspan(size);
  }
}

db::parameter as_parameter(const std::optional<std::string>& text) {
  if (!text) return nullptr;
  return std::string_view{*text};
}

}  // namespace

std::map<std::string, std::int64_t> ids_between(db::session& s, std::string_view first_key,
                                                std::string_view last_key) {
  std::map<std::string, std::int64_t> found;
  for (auto& row :
       s.query("SELECT email_key, id FROM customer WHERE email_key BETWEEN ? AND ?", first_key, last_key))
    found.emplace(row.take_text(0), row.integer(1));
  return found;
}

void insert_all(db::session& s, const std::vector<registration>& wanted) {
  std::vector<db::parameter> values;
  for (const auto& each : wanted)
    values.insert(values.end(), {std::string_view{each.email.spelling()}, std::string_view{each.email.key()},
                                 std::string_view{each.password_hash}, as_parameter(each.name),
                                 as_parameter(each.phone), name(each.role)});
  insert_rows(s,
              "INSERT INTO customer (email, email_key, password_hash, name, phone, role, created_at) VALUES",
              "(?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6))", 6, values);
}

void add_addresses(db::session& s, const std::vector<std::pair<std::int64_t, postal_address>>& of_customers) {
  std::vector<db::parameter> values;
  for (const auto& [customer, where] : of_customers)
    values.insert(values.end(), {customer, std::string_view{where.street}, std::string_view{where.city},
                                 as_parameter(where.state), std::string_view{where.postal_code},
                                 std::string_view{where.country}});
  insert_rows(s, "INSERT INTO address (customer_id, street, city, state, postal_code, country) VALUES",
              "(?, ?, ?, ?, ?, ?)", 6, values);
}

}  // namespace mercat::customer::store
