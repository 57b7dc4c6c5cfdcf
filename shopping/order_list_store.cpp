#include "shopping/order_list_store.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace mercat::shopping::store {

namespace {

// The columns of an order, as order_of() reads them.
const std::string select_order =
    "SELECT o.id, o.customer_id, o.status, o.reason, o.version, o.amount, o.currency, o.email, o.address, "
    "o.txn_number, o.created_at, o.updated_at";
constexpr std::size_t order_columns = 12;
// Above every id: ids are hexadecimal digits and dashes.
constexpr std::string_view beyond_all = "g";
constexpr std::array<std::size_t, 3> in_list_sizes{1, 10, 101};

order order_of(db::row& row) {
  order found;
  found.id = row.take_text(0);
  found.customer = row.integer(1);
  found.state = order_state_named(row.text(2)).value();
  found.reason = row.take_optional_text(3);
  found.version = row.integer(4);
  found.amount = {row.integer(5)};
  found.currency = row.take_text(6);
  found.email = row.take_optional_text(7);
  found.address = row.take_optional_text(8);
  found.txn_number = row.take_optional_text(9);
  found.created_at = row.time(10);
  found.updated_at = row.time(11);
  return found;
}

order_line line_of(db::row& row, std::size_t first) {
  return {row.integer(first),
          row.take_text(first + 1),
          row.take_text(first + 2),
          {row.integer(first + 3)},
          row.integer(first + 4)};
}

std::string select_lines(std::size_t size) {
  std::string sql =
      "SELECT order_id, product_id, name, banner, price, quantity FROM order_line WHERE order_id IN (?";
  for (std::size_t i = 1; i < size; ++i) sql += ",?";
  return sql + ") ORDER BY order_id, position";
}

// At most as many orders as the last of in_list_sizes says.
void add_lines(db::session& s, std::vector<order>& orders) {
  if (orders.empty()) return;
  std::unordered_map<std::string_view, order*> by_id;
  std::vector<db::parameter> ids;
  for (auto& each : orders) {
    by_id.emplace(each.id, &each);
    ids.emplace_back(std::string_view{each.id});
  }
  const auto size = *std::ranges::lower_bound(in_list_sizes, ids.size());
  ids.resize(size, ids.back());
  for (auto& row : s.run_query(select_lines(size), ids))
    by_id.at(row.text(0))->lines.push_back(line_of(row, 1));
}

std::vector<order> orders_from(db::session& s, std::vector<db::row> rows) {
  std::vector<order> orders;
  orders.reserve(rows.size());
  for (auto& row : rows) orders.push_back(order_of(row));
  add_lines(s, orders);
  return orders;
}

std::string_view upper_bound(const std::optional<std::string>& before) {
  if (before) return *before;
  return beyond_all;
}

}  // namespace

std::optional<order_with_history> find_order(db::session& s, std::string_view id) {
  static const std::string sql = select_order +
                                 ", h.status, h.reason, h.at FROM customer_order o "
                                 "JOIN order_history h ON h.order_id = o.id WHERE o.id = ? ORDER BY h.seq";
  auto rows = s.query(sql, id);
  if (rows.empty()) return std::nullopt;
  order_with_history found;
  for (auto& row : rows) {
    order_step step;
    step.state = order_state_named(row.text(order_columns)).value();
    step.reason = row.take_optional_text(order_columns + 1);
    step.at = row.time(order_columns + 2);
    found.history.push_back(std::move(step));
  }
  found.whole = order_of(rows.front());
  std::vector<order> one;
  one.push_back(std::move(found.whole));
  add_lines(s, one);
  found.whole = std::move(one.front());
  return found;
}

std::vector<order> orders_of(db::session& s, customer_id customer, const std::optional<std::string>& before,
                             std::int64_t most) {
  static const std::string sql =
      select_order + " FROM customer_order o WHERE o.customer_id = ? AND o.id < ? ORDER BY o.id DESC LIMIT ?";
  return orders_from(s, s.query(sql, customer, upper_bound(before), most));
}

std::vector<order> all_orders(db::session& s, std::optional<order_state> state,
                              const std::optional<std::string>& before, std::int64_t most) {
  static const std::string of_any =
      select_order + " FROM customer_order o WHERE o.id < ? ORDER BY o.id DESC LIMIT ?";
  static const std::string of_state =
      select_order + " FROM customer_order o WHERE o.status = ? AND o.id < ? ORDER BY o.id DESC LIMIT ?";
  if (!state) return orders_from(s, s.query(of_any, upper_bound(before), most));
  return orders_from(s, s.query(of_state, name(*state), upper_bound(before), most));
}

}  // namespace mercat::shopping::store
