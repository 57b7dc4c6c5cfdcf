// Orders on a scratch schema, handled as the consumer does: inbox row and effect in one transaction.
#pragma once

#include "common/messaging/inbox_table.hpp"
#include "common/uuid.hpp"
#include "products/events.hpp"
#include "tests/products/assortment_of_test.hpp"

#include <atomic>
#include <map>
#include <string>
#include <vector>

namespace mercat::test {

inline messaging::event created_event(const std::string& order,
                                      const std::vector<products::order_line>& lines) {
  std::string items;
  for (const auto& each : lines) {
    if (!items.empty()) items += ',';
    items += R"({"productId":)" + std::to_string(each.product_id) + R"(,"quantity":)" +
             std::to_string(each.quantity) + R"(,"price":49.9})";
  }
  return {uuid_v7(), "order.created",
          R"({"orderId":")" + order + R"(","customerId":7,"email":"ada@example.org","items":[)" + items +
              R"(],"amount":49.9,"currency":"EUR"})",
          ""};
}

inline messaging::event cancelled_event(const std::string& order) {
  return {uuid_v7(), "order.cancelled", R"({"orderId":")" + order + R"(","items":[],"reason":"customer"})",
          ""};
}

// The same said again, by another message: an inbox knows nothing of it.
inline messaging::event said_again(messaging::event event) {
  event.id = uuid_v7();
  return event;
}

struct orders_of_test : assortment_of_test {
  std::map<std::string, messaging::event_handler> handlers = products::event_handlers();
  std::atomic<int> attempts{0};

  orders_of_test() = default;

  products::product_id stocked(const std::string& sku, std::int64_t quantity, bool available = true) {
    auto item = lamp(sku);
    item.quantity = quantity;
    item.available = available;
    return create(item).id;
  }

  // A task; the event must outlive it.
  auto handling(db::pool& pool, const messaging::event& event) {
    return pool.transaction(async::deadline::in(std::chrono::seconds{30}), [this, &event](db::session& s) {
      // Not over by itself: a second attempt is to mean a deadlock.
      s.execute("SET innodb_lock_wait_timeout = 30");
      ++attempts;
      if (messaging::mark_processed(s, event)) handlers.at(event.type).apply(s, event);
    });
  }
  void deliver(const messaging::event& event) {
    await([&] { return handling(database, event); });
  }

  std::string text(const std::string& sql) {
    std::string found = "(none)";
    schema.as_root([&](db::session& s) {
      if (const auto row = s.query_one(sql)) found = row->is_null(0) ? "(null)" : row->text(0);
    });
    return found;
  }
  std::string status(const std::string& order) {
    return text("SELECT status FROM order_decision WHERE order_id = '" + order + "'");
  }
  std::int64_t on_hand(products::product_id id) {
    return number("SELECT on_hand FROM stock WHERE product_id = " + std::to_string(id));
  }
  // The ledger and the stock tell the same, of every product that is there.
  void check_ledger() {
    BOOST_TEST(
        number("SELECT COUNT(*) FROM stock s WHERE s.on_hand < 0 OR s.on_hand <> (SELECT SUM(m.delta) FROM "
               "stock_movement m WHERE m.product_id = s.product_id) OR s.stock_version <> (SELECT "
               "COUNT(*) FROM stock_movement m WHERE m.product_id = s.product_id)") == 0);
  }
};

}  // namespace mercat::test
