#include "shopping/order_erasure_store.hpp"

#include <string_view>

namespace mercat::shopping::store {

namespace {

// No id and no key is above these: ids are hexadecimal digits and dashes, keys at most 64 visible characters.
constexpr std::string_view last_order = "g";
const std::string last_key(64, '~');

// Up to where a part goes.
struct part_end {
  std::string at;
  bool is_last = false;
};

part_end end_of(std::optional<db::row> row, std::string_view last) {
  if (!row) return {std::string(last), true};
  return {row->take_text(0), false};
}

part_end blank_orders(db::session& s, const erasure& with) {
  auto end = end_of(
      s.query_one(
          "SELECT id FROM customer_order WHERE customer_id = ? AND id > ? ORDER BY id LIMIT 1 OFFSET ?",
          with.customer, with.after_order, orders_erased_at_once - 1),
      last_order);
  s.execute(
      "UPDATE customer_order SET email = NULL, address = NULL, version = version + 1 "
      "WHERE customer_id = ? AND id > ? AND id <= ?",
      with.customer, with.after_order, end.at);
  return end;
}

part_end blank_answers(db::session& s, const erasure& with) {
  auto end = end_of(s.query_one("SELECT idempotency_key FROM order_key WHERE customer_id = ? AND "
                                "idempotency_key > ? ORDER BY idempotency_key LIMIT 1 OFFSET ?",
                                with.customer, with.after_key, orders_erased_at_once - 1),
                    last_key);
  s.execute(
      "UPDATE order_key SET answer = NULL "
      "WHERE customer_id = ? AND idempotency_key > ? AND idempotency_key <= ?",
      with.customer, with.after_key, end.at);
  return end;
}

std::optional<erasure> erasure_of(std::optional<db::row> row) {
  if (!row) return std::nullopt;
  return erasure{row->integer(0), row->take_text(1), row->take_text(2)};
}

}  // namespace

void begin_erasure(db::session& s, customer_id customer) {
  s.execute("INSERT IGNORE INTO order_erasure (customer_id) VALUES (?)", customer);
  const auto noted = erasure_of(
      s.query_one("SELECT customer_id, after_order, after_key FROM order_erasure WHERE customer_id = ? "
                  "FOR UPDATE",
                  customer));
  go_on(s, noted.value());
}

std::optional<erasure> take_erasure(db::session& s) {
  return erasure_of(s.query_one(
      "SELECT customer_id, after_order, after_key FROM order_erasure ORDER BY customer_id LIMIT 1 "
      "FOR UPDATE SKIP LOCKED"));
}

void go_on(db::session& s, const erasure& with) {
  const auto orders = blank_orders(s, with);
  const auto answers = blank_answers(s, with);
  if (orders.is_last && answers.is_last) {
    s.execute("DELETE FROM order_erasure WHERE customer_id = ?", with.customer);
  } else {
    s.execute("UPDATE order_erasure SET after_order = ?, after_key = ? WHERE customer_id = ?", orders.at,
              answers.at, with.customer);
  }
}

}  // namespace mercat::shopping::store
