#include "shopping/order_store.hpp"

#include "common/db/error.hpp"

namespace mercat::shopping::store {

cart_to_order cart_to_order_of(db::session& s, customer_id customer, std::int64_t nth) {
  const bool wanted = nth > 0;
  cart_to_order found;
  for (auto& row : s.query(
           "SELECT c.version, UTC_TIMESTAMP(6), l.product_id, l.name, l.banner, l.price, l.quantity, "
           "IF(r.stock_version > 0, r.on_hand, NULL), "
           "(SELECT created_at FROM customer_order WHERE customer_id = ? ORDER BY id DESC LIMIT ? OFFSET ?) "
           "FROM cart c "
           "LEFT JOIN cart_line l ON l.customer_id = c.customer_id "
           "LEFT JOIN product_replica r ON r.product_id = l.product_id "
           "WHERE c.customer_id = ? ORDER BY l.added_at, l.product_id",
           customer, wanted ? 1 : 0, wanted ? nth - 1 : 0, customer)) {
    found.version = row.integer(0);
    found.now = row.time(1);
    if (!row.is_null(8)) found.nth_newest = row.time(8);
    if (row.is_null(2)) continue;
    stocked_line each;
    each.line = {row.integer(2), row.take_text(3), row.take_text(4), {row.integer(5)}, row.integer(6)};
    if (!row.is_null(7)) each.on_hand = row.integer(7);
    found.lines.push_back(std::move(each));
  }
  return found;
}

std::optional<std::int64_t> lock_cart_to_order(db::session& s, customer_id customer) {
  const auto row = s.query_one("SELECT version FROM cart WHERE customer_id = ? FOR UPDATE", customer);
  if (!row) return std::nullopt;
  return row->integer(0);
}

void take_cart(db::session& s, customer_id customer) {
  s.execute("DELETE FROM cart_line WHERE customer_id = ?", customer);
  s.execute("UPDATE cart SET version = version + 1, updated_at = CURRENT_TIMESTAMP(6) WHERE customer_id = ?",
            customer);
}

namespace {

std::optional<used_key> key_of(std::optional<db::row> row) {
  if (!row) return std::nullopt;
  used_key found{row->take_text(0), row->take_text(1), {}};
  if (!row->is_null(2)) found.answer = row->take_text(2);
  return found;
}

}  // namespace

std::optional<used_key> find_key(db::session& s, customer_id customer, std::string_view key) {
  return key_of(
      s.query_one("SELECT body_hash, order_id, answer FROM order_key "
                  "WHERE customer_id = ? AND idempotency_key = ?",
                  customer, key));
}

std::optional<used_key> await_key(db::session& s, customer_id customer, std::string_view key) {
  return key_of(
      s.query_one("SELECT body_hash, order_id, answer FROM order_key "
                  "WHERE customer_id = ? AND idempotency_key = ? FOR UPDATE",
                  customer, key));
}

bool use_key(db::session& s, customer_id customer, std::string_view key, const used_key& as) {
  try {
    s.execute(
        "INSERT INTO order_key (customer_id, idempotency_key, body_hash, order_id, answer) "
        "VALUES (?, ?, ?, ?, ?)",
        customer, key, as.body_hash, as.order_id, as.answer);
    return true;
  } catch (const db::duplicate_key&) {
    return false;
  }
}

namespace {

void add_step(db::session& s, std::string_view id) {
  s.execute(
      "INSERT INTO order_history (order_id, seq, status, reason, at) "
      "SELECT id, version, status, reason, updated_at FROM customer_order WHERE id = ?",
      id);
}

}  // namespace

void add_order(db::session& s, const order& placed) {
  try {
    s.execute(
        "INSERT INTO customer_order (id, customer_id, status, version, amount, currency, email, address, "
        "txn_number, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        placed.id, placed.customer, name(placed.state), placed.version, placed.amount.minor_units,
        placed.currency, placed.email, placed.address, placed.txn_number, placed.created_at,
        placed.updated_at);
  } catch (const db::duplicate_key& taken) {
    if (taken.key != "txn_number") throw;
    throw error(fault::already_exists, "txn-number-taken", "there is an order with this txnNumber already");
  }
  std::int64_t position = 0;
  for (const auto& line : placed.lines)
    s.execute(
        "INSERT INTO order_line (order_id, product_id, position, quantity, price, name, banner) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        placed.id, line.product, position++, line.quantity, line.price.minor_units, line.name, line.banner);
  add_step(s, placed.id);
}

std::optional<order> lock_order(db::session& s, std::string_view id) {
  auto row = s.query_one(
      "SELECT o.customer_id, o.status, o.amount, o.currency, "
      "IF(EXISTS (SELECT 1 FROM deleted_customer d WHERE d.customer_id = o.customer_id), NULL, o.email), "
      "o.version FROM customer_order o WHERE o.id = ? FOR UPDATE",
      id);
  if (!row) return std::nullopt;
  order found;
  found.id = id;
  found.customer = row->integer(0);
  found.state = order_state_named(row->text(1)).value();
  found.amount = {row->integer(2)};
  found.currency = row->take_text(3);
  if (!row->is_null(4)) found.email = row->take_text(4);
  found.version = row->integer(5);
  return found;
}

std::vector<order_line> lines_of_order(db::session& s, std::string_view id) {
  std::vector<order_line> lines;
  for (auto& row : s.query("SELECT product_id, name, banner, price, quantity FROM order_line "
                           "WHERE order_id = ? ORDER BY position",
                           id))
    lines.push_back({row.integer(0), row.take_text(1), row.take_text(2), {row.integer(3)}, row.integer(4)});
  return lines;
}

bool move_order(db::session& s, std::string_view id, std::span<const order_state> from, order_state to,
                const std::optional<std::string>& reason, const std::optional<std::string>& move_id) {
  const auto moved = s.execute(
      "UPDATE customer_order SET status = ?, reason = ?, last_move = ?, version = version + 1, "
      "updated_at = UTC_TIMESTAMP(6) WHERE id = ? AND status IN (?, ?)",
      name(to), reason, move_id, id, name(from.front()), name(from.back()));
  if (moved == 0) return false;
  add_step(s, id);
  return true;
}

bool was_moved(db::session& s, std::string_view id, const std::string& move_id) {
  const auto row = s.query_one(
      "SELECT COALESCE(last_move = ?, 0) FROM customer_order WHERE id = ? FOR UPDATE", move_id, id);
  return row && row->boolean(0);
}

}  // namespace mercat::shopping::store
