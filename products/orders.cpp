#include "products/orders.hpp"

#include "common/utc_now.hpp"
#include "products/decision_store.hpp"
#include "products/messages.hpp"
#include "products/stock_store.hpp"

#include <algorithm>
#include <optional>

namespace mercat::products {

namespace {

stock_movement taking(std::string_view order_id, const order_line& line) {
  const std::string order{order_id};
  return {line.product_id, "order-taken:" + order, -line.quantity, "order " + order};
}

stock_movement returning(std::string_view order_id, const order_line& line) {
  const std::string order{order_id};
  return {line.product_id, "order-returned:" + order, line.quantity, "order " + order + " cancelled"};
}

void tell(db::session& s, const std::vector<stock_changed>& changes, std::string_view traceparent) {
  for (const auto& each : changes) publish(s, each, traceparent);
}

// Takes all lines, or none and says why.
std::optional<std::string_view> take(db::session& s, const placed_order& order,
                                     std::vector<stock_changed>& changes) {
  const auto for_sale = [&s](const order_line& line) { return store::is_for_sale(s, line.product_id); };
  if (!std::ranges::all_of(order.lines, for_sale)) return items_unavailable;
  store::mark_stock(s);
  for (const auto& line : order.lines) {
    const auto moved = store::move_stock(s, taking(order.id, line));
    if (moved.outcome == stock_move::done) {
      changes.push_back({line.product_id, moved.level});
    } else if (moved.outcome != stock_move::repeated) {
      store::undo_stock(s);
      changes.clear();
      // unknown: deleted since we looked
      return moved.outcome == stock_move::unknown ? items_unavailable : out_of_stock;
    }
  }
  return std::nullopt;
}

}  // namespace

void decide(db::session& s, const placed_order& order, std::string_view traceparent) {
  if (when_created(store::lock_decision(s, order.id)) == order_step::nothing) return;
  const auto now = utc_now();
  std::vector<stock_changed> changes;
  const auto refusal = take(s, order, changes);
  if (refusal) {
    store::reject(s, order.id, *refusal, now);
    return publish(s, order_decided{order.id, order_status::rejected, *refusal, now}, traceparent);
  }
  store::accept(s, order.id, order.lines, now);
  publish(s, order_decided{order.id, order_status::accepted, {}, now}, traceparent);
  tell(s, changes, traceparent);
}

void cancel(db::session& s, std::string_view order_id, std::string_view traceparent) {
  const auto step = when_cancelled(store::lock_decision(s, order_id));
  if (step == order_step::nothing) return;
  std::vector<stock_changed> changes;
  if (step == order_step::give_back) {
    for (const auto& line : store::taken_by(s, order_id)) {
      const auto moved = store::return_stock(s, returning(order_id, line));
      if (moved.outcome == stock_move::done) changes.push_back({line.product_id, moved.level});
    }
  }
  store::cancel(s, order_id);
  tell(s, changes, traceparent);
}

}  // namespace mercat::products
