#include "shopping/order_sweep_store.hpp"

namespace mercat::shopping::store {

bool orders_wait_to_be_sent(db::session& s, std::chrono::milliseconds longer_than) {
  return s
      .query_one(
          "SELECT 1 FROM outbox WHERE type = 'order.created' AND attempts = 0 AND "
          "created_at < UTC_TIMESTAMP(6) - INTERVAL ? MICROSECOND LIMIT 1",
          std::chrono::microseconds{longer_than}.count())
      .has_value();
}

bool hold_sweep(db::session& s, const std::string& holder, std::chrono::seconds lease) {
  return s.execute(
             "UPDATE order_sweep SET holder = ?, held_until = UTC_TIMESTAMP(6) + INTERVAL ? SECOND "
             "WHERE id = 1 AND (holder = ? OR held_until < UTC_TIMESTAMP(6))",
             holder, lease.count(), holder) == 1;
}

std::vector<std::string> overdue_orders(db::session& s, std::chrono::milliseconds age, std::int64_t most) {
  std::vector<std::string> ids;
  for (auto& row : s.query("SELECT id FROM customer_order WHERE status = 'PENDING' AND "
                           "created_at < UTC_TIMESTAMP(6) - INTERVAL ? MICROSECOND "
                           "ORDER BY created_at LIMIT ?",
                           std::chrono::microseconds{age}.count(), most))
    ids.push_back(row.take_text(0));
  return ids;
}

}  // namespace mercat::shopping::store
