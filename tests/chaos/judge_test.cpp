// The judge finds what it looks for: a run in good order has no violation, and each thing that may not happen
// is one.
#include "tests/chaos/judge.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>

using namespace mercat::chaos;

namespace {

constexpr auto order_1 = "01900000-0000-7000-8000-000000000001";
constexpr auto order_2 = "01900000-0000-7000-8000-000000000002";
constexpr auto order_3 = "01900000-0000-7000-8000-000000000003";

struct evidence {
  record told;
  truth there;
};

purchase bought(const std::string& key, const std::string& order, std::int64_t units) {
  const quantities lines{{1, units}};
  return {7,     key,
          lines, {{503, "", "", ""}, {201, "", order, "PENDING", lines}, {200, "", order, "PENDING", lines}},
          {},    {},
          true};
}

// 20 units, 5 more, one order of 3 accepted, one of 4 taken back, one of 90 refused.
evidence in_good_order() {
  evidence all;
  all.told.customers = {{7, "ada@example.test"}};
  all.told.opening = {{1, 20}};
  all.told.purchases = {bought("a", order_1, 3), bought("b", order_2, 4), bought("c", order_3, 90)};
  all.told.purchases[1].cancels = {{200, "", order_2, "CANCELLED"}, {409, "order-final", "", ""}};
  all.told.purchases[0].states_seen = {"PENDING", "PENDING", "ACCEPTED"};
  all.told.adjustments = {{1, 5, "found", 200}, {1, -90, "no", 409}, {1, 1, "who knows", 0}};
  all.told.interruptions = 1;
  all.told.poisons = {{"poison-1", true}, {"poison-2", false}};
  all.there.orders = {{order_1, {7, "ACCEPTED", "a", {{1, 3}}, {"PENDING", "ACCEPTED"}}},
                      {order_2, {7, "CANCELLED", "b", {{1, 4}}, {"PENDING", "ACCEPTED", "CANCELLED"}}},
                      {order_3, {7, "REJECTED", "c", {{1, 90}}, {"PENDING", "REJECTED"}}}};
  all.there.keys = {{"a", order_1}, {"b", order_2}, {"c", order_3}};
  all.there.decisions = {{order_1, "ACCEPTED"}, {order_2, "CANCELLED"}, {order_3, "REJECTED"}};
  all.there.on_hand = {{1, 22}};
  const std::string taken = "order-taken:";
  all.there.movements = {{1, "opening", 20, "first"},
                         {1, "adjustment:x", 5, "found"},
                         {1, taken + order_1, -3, ""},
                         {1, taken + order_2, -4, ""},
                         {1, std::string{"order-returned:"} + order_2, 4, ""}};
  all.there.mails_sent = {{7, 5}};
  const auto about = [](const char* order) { return std::string{"Your order "} + order + "."; };
  all.there.mails = {{"ada@example.test", "m0", "Welcome"},      {"ada@example.test", "m1", about(order_1)},
                     {"ada@example.test", "m2", about(order_2)}, {"ada@example.test", "m3", about(order_2)},
                     {"ada@example.test", "m4", about(order_3)}, {"ada@example.test", "m4", about(order_3)}};
  all.there.outboxes = {{"mercat_products.outbox", 0}};
  all.there.queues = {{"products.events", 0}};
  all.there.dead_letters = {"poison-1 is no JSON"};
  all.there.memory = {{"products-1", 20'000, 24'000}};
  return all;
}

// What the judge says when this is otherwise.
std::string broken_by(const std::function<void(evidence&)>& change) {
  auto all = in_good_order();
  change(all);
  std::string broken;
  for (const auto& each : judge(all.told, all.there))
    if (!each.violations.empty()) broken += each.promise + "; ";
  return broken;
}

bool finds(const std::string& promise, const std::function<void(evidence&)>& change) {
  const auto said = broken_by(change);
  BOOST_TEST_MESSAGE(promise << " <- " << said);
  return said.find(promise) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_run_in_good_order_breaks_no_promise) {
  BOOST_TEST(broken_by([](evidence&) {}) == "");
}

BOOST_AUTO_TEST_CASE(lost_and_doubled_orders_are_found) {
  BOOST_TEST(finds("answered 200 or 201 is there", [](evidence& e) { e.there.orders.erase(order_1); }));
  BOOST_TEST(
      finds("answered 200 or 201 is there", [](evidence& e) { e.there.orders[order_1].lines[1] = 2; }));
  BOOST_TEST(finds("answered 200 or 201 is there", [](evidence& e) { e.told.purchases[0].wanted[1] = 2; }));
  BOOST_TEST(finds("answered 200 or 201 is there", [](evidence& e) {
    e.told.purchases[0].cart_is_sure = false;
    e.told.purchases[0].tries[2].lines[1] = 2;
  }));
  BOOST_TEST(finds("one key gives one order", [](evidence& e) { e.there.keys.emplace_back("a", order_3); }));
  BOOST_TEST(
      finds("one key gives one order", [](evidence& e) { e.told.purchases[0].tries[2].order_id = order_2; }));
  BOOST_TEST(
      finds("one key gives one order", [](evidence& e) { e.told.purchases[0].tries[2].status = 201; }));
  BOOST_TEST(finds("one key gives one order", [](evidence& e) { e.there.orders[order_1].key = "z"; }));
}

BOOST_AUTO_TEST_CASE(wrong_stock_is_found) {
  BOOST_TEST(finds("on hand = start", [](evidence& e) { e.there.on_hand[1] = 21; }));
  BOOST_TEST(finds("on hand = start", [](evidence& e) { e.there.on_hand[1] = -1; }));
  BOOST_TEST(finds("on hand = start", [](evidence& e) { e.there.orders[order_3].state = "ACCEPTED"; }));
  BOOST_TEST(finds("ledger adds up", [](evidence& e) { e.there.movements.pop_back(); }));
  BOOST_TEST(finds("takes its stock once", [](evidence& e) { e.there.movements.pop_back(); }));
  BOOST_TEST(finds("takes its stock once", [](evidence& e) { e.there.movements[4].delta = 8; }));
  BOOST_TEST(finds("takes its stock once", [](evidence& e) { e.there.movements[2].delta = -6; }));
  BOOST_TEST(finds("an adjustment", [](evidence& e) { e.there.movements[1].reason = "no"; }));
  BOOST_TEST(finds("an adjustment", [](evidence& e) { e.there.movements.push_back(e.there.movements[1]); }));
}

BOOST_AUTO_TEST_CASE(wrong_states_are_found) {
  BOOST_TEST(finds("no order is PENDING", [](evidence& e) { e.there.orders[order_1].state = "PENDING"; }));
  BOOST_TEST(finds("no order is PENDING", [](evidence& e) {
    e.there.orders[order_1].history = {"PENDING", "CANCELLED", "ACCEPTED"};
  }));
  BOOST_TEST(finds("no order is PENDING", [](evidence& e) { e.there.orders[order_2].timed_out = true; }));
  BOOST_TEST(finds("no order is PENDING", [](evidence& e) {
    e.told.purchases[0].states_seen = {"ACCEPTED", "PENDING"};
  }));
  BOOST_TEST(finds("a cancel answered 200", [](evidence& e) { e.there.orders[order_2].state = "ACCEPTED"; }));
  BOOST_TEST(finds("products decided", [](evidence& e) { e.there.decisions[order_1] = "REJECTED"; }));
  BOOST_TEST(finds("products decided", [](evidence& e) { e.there.decisions.erase(order_2); }));
}

BOOST_AUTO_TEST_CASE(missing_and_doubled_mails_are_found) {
  BOOST_TEST(finds("one mail", [](evidence& e) { e.there.mails.erase(e.there.mails.begin()); }));
  BOOST_TEST(finds("one mail", [](evidence& e) { e.there.mails[5].message_id = "m5"; }));
  BOOST_TEST(finds("one mail", [](evidence& e) { e.there.mails[2].text = e.there.mails[1].text; }));
  BOOST_TEST(finds("one mail", [](evidence& e) { e.there.mails_sent[7] = 4; }));
  BOOST_TEST(finds("a mail is repeated", [](evidence& e) { e.told.interruptions = 0; }));
}

BOOST_AUTO_TEST_CASE(what_is_left_behind_is_found) {
  BOOST_TEST(finds("nothing is left", [](evidence& e) { e.there.outboxes["mercat_products.outbox"] = 1; }));
  BOOST_TEST(finds("nothing is left", [](evidence& e) { e.there.queues["products.events"] = 1; }));
  BOOST_TEST(finds("nothing is left", [](evidence& e) { e.there.dead_letters.emplace_back("an order"); }));
  BOOST_TEST(finds("nothing is left", [](evidence& e) { e.there.dead_letters.clear(); }));
  BOOST_TEST(finds("replica equals", [](evidence& e) { e.there.replica_differences.emplace_back("1"); }));
  BOOST_TEST(finds("memory is flat", [](evidence& e) { e.there.memory[0].end_kib = 90'000; }));
  BOOST_TEST(finds("what is not one's own", [](evidence& e) { e.told.reading_failures.emplace_back("1"); }));
  BOOST_TEST(finds("orders were taken",
                   [](evidence& e) { e.there.orders.erase(order_1), e.there.orders.erase(order_2); }));
}
