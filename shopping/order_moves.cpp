#include "shopping/order_moves.hpp"

#include "common/error.hpp"
#include "shopping/order_store.hpp"

#include <array>
#include <span>

namespace mercat::shopping {

namespace {

// What a move wants, beside the table's consent.
struct wanted_move {
  order_state to;
  std::optional<std::string> reason;
  std::optional<std::string> move_id{};
};

// The order must be locked; it becomes what it is after the move.
bool move(db::session& s, order& of, std::span<const order_state> from, const wanted_move& wanted,
          std::string_view traceparent) {
  if (!store::move_order(s, of.id, from, wanted.to, wanted.reason, wanted.move_id)) return false;
  of.state = wanted.to;
  of.reason = wanted.reason;
  of.lines = store::lines_of_order(s, of.id);
  if (wanted.to == order_state::cancelled) publish_cancelled(s, of, traceparent);
  publish_news(s, of, traceparent);
  return true;
}

}  // namespace

bool apply(db::session& s, const order_decided& decision, std::string_view traceparent) {
  auto of = store::lock_order(s, decision.order_id);
  if (!of) throw error(fault::not_found, "order-not-found", "a decision about an order that is not there");
  const auto from = origins_of(decision.state);
  return move(s, *of, from, {decision.state, decision.reason}, traceparent);
}

bool cancel_order(db::session& s, std::string_view id, customer_id customer, const std::string& move_id,
                  std::string_view traceparent) {
  auto of = store::lock_order(s, id);
  if (!of || of->customer != customer) return false;
  const auto from = origins_of(order_state::cancelled);
  const wanted_move wanted{order_state::cancelled, std::string(cancelled_by_customer), move_id};
  return move(s, *of, from, wanted, traceparent);
}

bool time_order_out(db::session& s, std::string_view id) {
  auto of = store::lock_order(s, id);
  if (!of) return false;
  constexpr std::array from{order_state::pending};
  return move(s, *of, from, {order_state::cancelled, std::string(cancelled_by_timeout)}, {});
}

}  // namespace mercat::shopping
