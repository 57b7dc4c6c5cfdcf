// What orders do to stock, on a real database.
#include "tests/products/orders_of_test.hpp"

#include <algorithm>

using namespace mercat;
using namespace mercat::products;
using test::cancelled_event;
using test::created_event;
using test::orders_of_test;
using test::said_again;

namespace {

std::string text_in(const test::written_event& event, std::string_view name) {
  return std::string{json::text(event.data.root(), name).value_or("(absent)")};
}

struct two_products : orders_of_test {
  product_id lamp_id = stocked("LAMP", 10);
  product_id chair_id = stocked("CHAIR", 3);
  std::string order = uuid_v7();
  two_products() { static_cast<void>(events()); }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(an_order_takes_all_its_lines_and_is_accepted, two_products) {
  deliver(created_event(order, {{chair_id, 1}, {lamp_id, 2}, {chair_id, 2}}));
  BOOST_TEST(status(order) == "ACCEPTED");
  BOOST_TEST(on_hand(lamp_id) == 8);
  BOOST_TEST(on_hand(chair_id) == 0);
  BOOST_TEST(number("SELECT COUNT(*) FROM stock_movement WHERE cause = 'order-taken:" + order + "'") == 2);
  BOOST_TEST(number("SELECT SUM(quantity) FROM order_decision_line WHERE order_id = '" + order + "'") == 5);
  check_ledger();
  const auto written = events();
  BOOST_REQUIRE_EQUAL(written.size(), 3U);
  BOOST_TEST(written[0].type == "order.decided");
  BOOST_TEST(text_in(written[0], "orderId") == order);
  BOOST_TEST(text_in(written[0], "status") == "ACCEPTED");
  BOOST_TEST(text_in(written[0], "reason") == "(absent)");
  BOOST_TEST(text_in(written[0], "decidedAt").ends_with("Z"));
  for (std::size_t i = 1; i < 3; ++i) {
    BOOST_TEST(written[i].type == "product.stock-changed");
    BOOST_TEST(json::integer(written[i].data.root(), "stockVersion").value() == 2);
  }
  BOOST_TEST(json::integer(written[1].data.root(), "onHand").value() == 8);
  BOOST_TEST(json::integer(written[2].data.root(), "onHand").value() == 0);
}

BOOST_FIXTURE_TEST_CASE(one_line_too_many_takes_nothing_and_is_rejected, two_products) {
  deliver(created_event(order, {{lamp_id, 2}, {chair_id, 2}, {chair_id, 2}}));
  BOOST_TEST(status(order) == "REJECTED");
  BOOST_TEST(on_hand(lamp_id) == 10);
  BOOST_TEST(on_hand(chair_id) == 3);
  BOOST_TEST(number("SELECT COUNT(*) FROM stock_movement WHERE cause LIKE 'order-%'") == 0);
  BOOST_TEST(number("SELECT COUNT(*) FROM order_decision_line") == 0);
  check_ledger();
  const auto written = events();
  BOOST_REQUIRE_EQUAL(written.size(), 1U);
  BOOST_TEST(text_in(written[0], "status") == "REJECTED");
  BOOST_TEST(text_in(written[0], "reason") == "out-of-stock");
  // What was undone is free for the next one.
  const auto next = uuid_v7();
  deliver(created_event(next, {{lamp_id, 10}, {chair_id, 3}}));
  BOOST_TEST(status(next) == "ACCEPTED");
}

BOOST_FIXTURE_TEST_CASE(what_is_gone_or_not_for_sale_is_rejected_as_unavailable, two_products) {
  const auto hidden = stocked("HIDDEN", 5, false);
  const auto gone = stocked("GONE", 5);
  remove(gone);
  static_cast<void>(events());
  for (const auto missing : {hidden, gone, product_id{999'999}}) {
    const auto wanted = uuid_v7();
    deliver(created_event(wanted, {{chair_id, 99}, {missing, 1}}));
    BOOST_TEST(status(wanted) == "REJECTED");
    const auto written = events();
    BOOST_REQUIRE_EQUAL(written.size(), 1U);
    BOOST_TEST(text_in(written[0], "reason") == "items-unavailable");
  }
  BOOST_TEST(on_hand(chair_id) == 3);
  BOOST_TEST(on_hand(hidden) == 5);
}

BOOST_FIXTURE_TEST_CASE(an_order_is_decided_once_however_often_it_is_told, two_products) {
  const auto told = created_event(order, {{lamp_id, 1}});
  deliver(told);
  deliver(told);
  deliver(said_again(told));
  deliver(created_event(order, {{lamp_id, 5}}));
  BOOST_TEST(on_hand(lamp_id) == 9);
  BOOST_TEST(events().size() == 2U);
  // A rejection stands too, though the goods have come meanwhile.
  const auto other = uuid_v7();
  deliver(created_event(other, {{chair_id, 4}}));
  adjust(chair_id, 10);
  deliver(created_event(other, {{chair_id, 4}}));
  BOOST_TEST(status(other) == "REJECTED");
  BOOST_TEST(on_hand(chair_id) == 13);
}

BOOST_FIXTURE_TEST_CASE(a_cancelled_order_gives_back_once, two_products) {
  deliver(created_event(order, {{lamp_id, 4}, {chair_id, 3}}));
  static_cast<void>(events());
  const auto told = cancelled_event(order);
  for (const auto& each : {told, told, said_again(told)}) deliver(each);
  BOOST_TEST(status(order) == "CANCELLED");
  BOOST_TEST(on_hand(lamp_id) == 10);
  BOOST_TEST(on_hand(chair_id) == 3);
  const auto written = events();
  BOOST_REQUIRE_EQUAL(written.size(), 2U);
  for (const auto& each : written) {
    BOOST_TEST(each.type == "product.stock-changed");
    BOOST_TEST(json::integer(each.data.root(), "stockVersion").value() == 3);
  }
  check_ledger();
  deliver(created_event(order, {{lamp_id, 4}, {chair_id, 3}}));
  BOOST_TEST(on_hand(lamp_id) == 10);
}

BOOST_FIXTURE_TEST_CASE(an_order_cancelled_before_it_was_heard_of_takes_nothing, two_products) {
  deliver(cancelled_event(order));
  BOOST_TEST(status(order) == "CANCELLED");
  deliver(created_event(order, {{lamp_id, 4}}));
  BOOST_TEST(status(order) == "CANCELLED");
  BOOST_TEST(on_hand(lamp_id) == 10);
  BOOST_TEST(events().empty());
}

BOOST_FIXTURE_TEST_CASE(a_rejected_order_that_is_cancelled_gives_nothing_back, two_products) {
  deliver(created_event(order, {{chair_id, 4}}));
  static_cast<void>(events());
  deliver(cancelled_event(order));
  BOOST_TEST(status(order) == "REJECTED");
  BOOST_TEST(on_hand(chair_id) == 3);
  BOOST_TEST(events().empty());
}

BOOST_FIXTURE_TEST_CASE(what_goes_back_to_a_product_that_is_gone_is_in_the_ledger_alone, two_products) {
  deliver(created_event(order, {{lamp_id, 4}, {chair_id, 3}}));
  remove(lamp_id);
  static_cast<void>(events());
  const auto told = cancelled_event(order);
  deliver(told);
  deliver(said_again(told));
  BOOST_TEST(status(order) == "CANCELLED");
  BOOST_TEST(on_hand(chair_id) == 3);
  const auto written = events();
  BOOST_REQUIRE_EQUAL(written.size(), 1U);
  BOOST_TEST(json::integer(written[0].data.root(), "productId").value() == chair_id);
  BOOST_TEST(number("SELECT delta FROM stock_movement WHERE product_id = " + std::to_string(lamp_id) +
                    " AND cause = 'order-returned:" + order + "'") == 4);
  BOOST_TEST(number("SELECT SUM(delta) FROM stock_movement WHERE cause LIKE 'order-%'") == 0);
  check_ledger();
}

BOOST_FIXTURE_TEST_CASE(goods_come_back_to_a_full_stock_and_can_be_sold_from_it, two_products) {
  deliver(created_event(order, {{lamp_id, 4}}));
  adjust(lamp_id, most_on_hand - 6);
  deliver(cancelled_event(order));
  BOOST_TEST(on_hand(lamp_id) == most_on_hand + 4);
  const auto next = uuid_v7();
  deliver(created_event(next, {{lamp_id, 1}}));
  BOOST_TEST(status(next) == "ACCEPTED");
  check_ledger();
}

BOOST_FIXTURE_TEST_CASE(old_decisions_are_kept, two_products) {
  deliver(created_event(order, {{lamp_id, 1}}));
  schema.as_root([&](db::session& s) {
    s.execute("UPDATE order_decision SET decided_at = '2001-01-01' WHERE order_id = ?", order);
    s.execute("UPDATE inbox SET seen_at = '2001-01-01' WHERE seen_at > '2001-01-01'");
    BOOST_TEST(messaging::forget(s, std::chrono::hours{1}, 100) == 1U);
  });
  deliver(created_event(order, {{lamp_id, 1}}));
  BOOST_TEST(on_hand(lamp_id) == 9);
}
