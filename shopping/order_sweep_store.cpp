#include "shopping/order_sweep_store.hpp"

#include <algorithm>

namespace mercat::shopping::store {

namespace {

// While something waits in its queue, shopping hears an event more often than that.
constexpr std::chrono::seconds lately{5};
constexpr std::int64_t latest_events = 100;  // several times what the replicas handle at once

}  // namespace

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

// The first 48 bits of a UUIDv7 are the milliseconds since 1970 (RFC 9562, section 5.7).
std::chrono::milliseconds decisions_lag(db::session& s) {
  const auto found = s.query_one(
      "SELECT CAST(UNIX_TIMESTAMP(NOW(6)) * 1000 AS SIGNED) - "
      "CAST(CONV(CONCAT(SUBSTR(newest, 1, 8), SUBSTR(newest, 10, 4)), 16, 10) AS SIGNED) "
      "FROM (SELECT MAX(message_id) AS newest FROM "
      "(SELECT message_id FROM inbox WHERE seen_at > UTC_TIMESTAMP(6) - INTERVAL ? SECOND AND "
      "(type = 'order.decided' OR type LIKE 'product.%') ORDER BY seen_at DESC LIMIT ?) AS latest) AS found "
      "WHERE newest IS NOT NULL",
      lately.count(), latest_events);
  if (!found) return {};
  return std::max(std::chrono::milliseconds{found->integer(0)}, std::chrono::milliseconds{0});
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
