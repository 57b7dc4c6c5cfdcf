#include "products/decision_store.hpp"

#include "products/bulk_insert.hpp"

namespace mercat::products::store {

std::optional<order_status> lock_decision(db::session& s, std::string_view order_id) {
  // The row comes first, decided or not: it is what a second event about the order waits for. Not INSERT
  // IGNORE, which would lock a known row for reading only; two that then write it would wait for each other.
  s.execute(
      "INSERT INTO order_decision (order_id, status) VALUES (?, 'OPEN') "
      "ON DUPLICATE KEY UPDATE order_id = order_id",
      order_id);
  const auto row = s.query("SELECT status FROM order_decision WHERE order_id = ?", order_id);
  return read_order_status(row.front().text(0));
}

void accept(db::session& s, std::string_view order_id, std::span<const order_line> taken, db::sql_time at) {
  static const bulk_insert lines{"INSERT INTO order_decision_line (order_id, product_id, quantity) VALUES ",
                                 "(?, ?, ?)"};
  s.execute("UPDATE order_decision SET status = 'ACCEPTED', decided_at = ? WHERE order_id = ?", at, order_id);
  lines.run(s, taken, [order_id](const order_line& line, auto& args) {
    args.emplace_back(order_id);
    args.emplace_back(line.product_id);
    args.emplace_back(line.quantity);
  });
}

void reject(db::session& s, std::string_view order_id, std::string_view reason, db::sql_time at) {
  s.execute("UPDATE order_decision SET status = 'REJECTED', reason = ?, decided_at = ? WHERE order_id = ?",
            reason, at, order_id);
}

void cancel(db::session& s, std::string_view order_id) {
  s.execute(
      "UPDATE order_decision SET status = 'CANCELLED', cancelled_at = UTC_TIMESTAMP(6) WHERE order_id = ?",
      order_id);
}

std::vector<order_line> taken_by(db::session& s, std::string_view order_id) {
  std::vector<order_line> lines;
  for (const auto& row :
       s.query("SELECT product_id, quantity FROM order_decision_line WHERE order_id = ? ORDER BY product_id",
               order_id))
    lines.push_back({row.integer(0), row.integer(1)});
  return lines;
}

bool is_for_sale(db::session& s, product_id id) {
  const auto row = s.query_one("SELECT available FROM product WHERE id = ?", id);
  return row && row->boolean(0);
}

void mark_stock(db::session& s) {
  s.execute("SAVEPOINT before_stock");
}

void undo_stock(db::session& s) {
  s.execute("ROLLBACK TO SAVEPOINT before_stock");
}

}  // namespace mercat::products::store
