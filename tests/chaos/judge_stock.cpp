#include "tests/chaos/judge_stock.hpp"

namespace mercat::chaos {

namespace {

std::string number(std::int64_t value) {
  return std::to_string(value);
}

}  // namespace

verdict stock_is_right(const record& told_, const truth& there) {
  verdict out{"on hand = start + adjustments - what ended ACCEPTED, never below zero", 0, {}};
  quantities expected;
  for (const auto& [product, _] : told_.opening) expected[product] = 0;
  for (const auto& each : there.movements)
    if (!each.cause.starts_with("order-")) expected[each.product_id] += each.delta;
  for (const auto& [id, order] : there.orders)
    if (order.state == "ACCEPTED")
      for (const auto& [product, quantity] : order.lines) expected[product] -= quantity;
  for (const auto& [product, start] : told_.opening) {
    ++out.looked_at;
    const auto found = there.on_hand.find(product);
    const auto there_now = found == there.on_hand.end() ? -1 : found->second;
    if (there_now < 0) out.violations.push_back("product " + number(product) + ": " + number(there_now));
    if (there_now != expected[product])
      out.violations.push_back("product " + number(product) + ": " + number(there_now) +
                               " on hand, expected " + number(expected[product]));
  }
  return out;
}

verdict ledger_adds_up(const record& told_, const truth& there) {
  verdict out{"the ledger adds up to what is on hand", 0, {}};
  quantities sums;
  quantities openings;
  for (const auto& each : there.movements) {
    sums[each.product_id] += each.delta;
    if (each.cause == "opening") openings[each.product_id] = each.delta;
  }
  for (const auto& [product, start] : told_.opening) {
    ++out.looked_at;
    const auto found = there.on_hand.find(product);
    if (found == there.on_hand.end() || found->second != sums[product])
      out.violations.push_back("product " + number(product) + ": the ledger adds up to " +
                               number(sums[product]));
    if (openings[product] != start)
      out.violations.push_back("product " + number(product) + ": the ledger opens with " +
                               number(openings[product]));
  }
  return out;
}

// Each order took its lines once and gave them back once, or neither.
verdict each_order_moved_stock_once(const truth& there) {
  verdict out{"an order takes its stock once, and gives it back once when cancelled", 0, {}};
  std::map<std::string, quantities> taken;
  std::map<std::string, quantities> returned;
  for (const auto& each : there.movements) {
    if (each.cause.starts_with("order-taken:")) taken[each.cause.substr(12)][each.product_id] -= each.delta;
    if (each.cause.starts_with("order-returned:"))
      returned[each.cause.substr(15)][each.product_id] += each.delta;
  }
  for (const auto& [id, order] : there.orders) {
    ++out.looked_at;
    const auto& took = taken[id];
    const auto& gave = returned[id];
    const bool all_taken = took == order.lines;
    bool right = took.empty() && gave.empty();
    if (order.state == "ACCEPTED") right = all_taken && gave.empty();
    if (order.state == "CANCELLED") right = right || (all_taken && gave == order.lines);
    if (!right)
      out.violations.push_back("order " + id + " (" + order.state + ") moved other stock than its own");
  }
  for (const auto& [id, _] : taken)
    if (!there.orders.contains(id))
      out.violations.push_back("stock was taken for order " + id + ", which is not there");
  return out;
}

verdict adjustments_counted_once(const record& told_, const truth& there) {
  verdict out{"an adjustment answered 200 counts once, a refused one never", 0, {}};
  std::map<std::string, std::vector<std::int64_t>> by_reason;
  for (const auto& each : there.movements) by_reason[each.reason].push_back(each.delta);
  for (const auto& each : told_.adjustments) {
    ++out.looked_at;
    const auto& found = by_reason[each.reason];
    const bool refused = each.status >= 400 && each.status < 500;
    const bool right = each.status == 200 ? std::ssize(found) == 1 : std::ssize(found) <= (refused ? 0 : 1);
    if (!right)
      out.violations.push_back("adjustment '" + each.reason + "' was answered " + number(each.status) +
                               " and counts " + number(std::ssize(found)) + " times");
    if (right && !found.empty() && found.front() != each.delta)
      out.violations.push_back("adjustment '" + each.reason + "' counts as " + number(found.front()));
  }
  return out;
}

}  // namespace mercat::chaos
