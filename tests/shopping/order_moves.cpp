// Orders that are decided, cancelled, timed out and looked at.
#include "shopping/order_moves.hpp"

#include "tests/shopping/orders_of_test.hpp"

#include <random>

using namespace mercat;
using namespace mercat::shopping;
using mercat::test::at_once;
using mercat::test::is;
using mercat::test::orders_of_test;

namespace {

struct moves_of_test : orders_of_test {
  std::size_t news() {
    return events("order.confirmed").size() + events("order.refused").size() +
           events("order.cancellation").size();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_decision_moves_the_order_and_tells_the_customer_once, moves_of_test) {
  const auto taken = place_one(7).id;
  const auto accept = decided(taken, "ACCEPTED");
  hear(accept);
  hear(accept);
  hear(decided(taken, "REJECTED"));
  BOOST_TEST(states_of(taken) == "PENDING ACCEPTED");
  const auto refused = place_one(7).id;
  hear(decided(refused, "REJECTED"));
  hear(decided(refused, "ACCEPTED"));
  BOOST_TEST(states_of(refused) == "PENDING REJECTED");
  BOOST_TEST(find(7, refused).whole.reason.value() == "out-of-stock");
  BOOST_TEST(news() == 2U);
  BOOST_TEST(
      events("order.confirmed")[0] ==
      R"({"orderId":")" + taken +
          R"(","customerId":7,"email":"7@example.org","amount":5,"currency":"EUR","items":[{"productId":1,)"
          R"("name":"P","quantity":2,"price":2.5,"lineTotal":5}]})");
  BOOST_TEST(events("order.refused")[0].ends_with(R"("reason":"out-of-stock"})"));
}

BOOST_FIXTURE_TEST_CASE(decisions_that_make_no_sense_are_permanent_failures, moves_of_test) {
  const auto id = place_one(7).id;
  BOOST_CHECK_EXCEPTION(hear(decided(id, "CANCELLED")), error, is(fault::malformed, "invalid-event"));
  BOOST_CHECK_EXCEPTION(hear(decided(id, "PENDING")), error, is(fault::malformed, "invalid-event"));
  BOOST_CHECK_EXCEPTION(hear(decided("7", "ACCEPTED")), error, is(fault::malformed, "invalid-event"));
  BOOST_CHECK_EXCEPTION(hear(decided(uuid_v7(), "ACCEPTED")), error, is(fault::not_found, "order-not-found"));
  BOOST_CHECK_EXCEPTION(hear({uuid_v7(), "order.decided", "[]", ""}), error,
                        is(fault::malformed, "invalid-event"));
  BOOST_TEST(states_of(id) == "PENDING");
}

BOOST_FIXTURE_TEST_CASE(a_cancelled_order_stays_cancelled_and_gives_its_stock_back, moves_of_test) {
  for (const std::string before : {"", "ACCEPTED"}) {
    const auto id = place_one(7).id;
    if (!before.empty()) hear(decided(id, before));
    const auto now = cancel(7, id);
    BOOST_TEST((now.whole.state == order_state::cancelled));
    BOOST_TEST(now.whole.reason.value() == "customer");
    BOOST_TEST(now.history.back().reason.value() == "customer");
    hear(decided(id, "ACCEPTED"));
    hear(decided(id, "REJECTED"));
    BOOST_CHECK_EXCEPTION(cancel(7, id), error, is(fault::conflict, "order-final"));
    BOOST_TEST(states_of(id) == (before.empty() ? "PENDING CANCELLED" : "PENDING ACCEPTED CANCELLED"));
    BOOST_TEST(events("order.cancelled").back() ==
               R"({"orderId":")" + id + R"(","items":[{"productId":1,"quantity":2}],"reason":"customer"})");
  }
  BOOST_TEST(events("order.cancelled").size() == 2U);
  BOOST_TEST(events("order.cancellation").size() == 2U);
  const auto refused = place_one(7).id;
  hear(decided(refused, "REJECTED"));
  BOOST_CHECK_EXCEPTION(cancel(7, refused), error, is(fault::conflict, "order-final"));
}

BOOST_FIXTURE_TEST_CASE(ten_cancels_at_once_cancel_once, moves_of_test) {
  for (int round = 0; round < 5; ++round) {
    const auto id = place_one(7).id;
    if (round % 2 == 0) hear(decided(id, "ACCEPTED"));
    const auto said = at_once(10, [&](int) { return cancel(7, id).whole.id; });
    BOOST_TEST(std::ranges::count(said, id) == 1);
    BOOST_TEST(std::ranges::count(said, "order-final") == 9);
  }
  BOOST_TEST(events("order.cancelled").size() == 5U);
}

BOOST_FIXTURE_TEST_CASE(another_customers_order_is_not_there, moves_of_test) {
  const auto id = place_one(7).id;
  const auto hidden = is(fault::not_found, "order-not-found");
  BOOST_CHECK_EXCEPTION(find(8, id), error, hidden);
  BOOST_CHECK_EXCEPTION(cancel(8, id), error, hidden);
  BOOST_CHECK_EXCEPTION(find(8, uuid_v7()), error, hidden);
  BOOST_TEST(states_of(id) == "PENDING");
  BOOST_TEST(test::wait_for(loop, [&] { return orders.list_own(8, {}, soon()); }).empty());
}

// Whatever decides, cancels and times out, how often and in which order: the history goes by the table, the
// outbox tells of each move once, and the stock that was given back is that of orders that are cancelled.
BOOST_FIXTURE_TEST_CASE(any_order_and_number_of_events_ends_in_a_legal_history, moves_of_test) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      std::mt19937 luck{seed};
      const auto id = place_one(7).id;
      const bool accepts = luck() % 2 == 0;
      const bool cancels = luck() % 2 == 0;
      std::vector<int> deliveries;
      for (auto i = 1 + luck() % 3; i > 0; --i) deliveries.push_back(0);
      for (auto i = cancels ? 1 + luck() % 3 : 0; i > 0; --i)
        deliveries.push_back(1 + static_cast<int>(luck() % 2));
      std::ranges::shuffle(deliveries, luck);
      std::string expected = "PENDING";
      for (const int each : deliveries) {
        if (each == 0) {
          hear(decided(id, accepts ? "ACCEPTED" : "REJECTED"));
          if (expected == "PENDING") expected += accepts ? " ACCEPTED" : " REJECTED";
        } else if (each == 1) {
          at_once(1, [&](int) { return cancel(7, id).whole.id; });
          if (expected.ends_with("PENDING") || expected.ends_with("ACCEPTED")) expected += " CANCELLED";
        } else {
          test::wait_for(loop, [&] {
            return database.transaction(soon(), [&](db::session& s) { return time_order_out(s, id); });
          });
          if (expected == "PENDING") expected += " CANCELLED";
        }
      }
      BOOST_TEST(states_of(id) == expected);
    }
  }
  BOOST_TEST(news() == static_cast<std::size_t>(count("order_history WHERE status <> 'PENDING'")));
  BOOST_TEST(static_cast<std::int64_t>(events("order.cancelled").size()) ==
             count("customer_order WHERE status = 'CANCELLED'"));
}

BOOST_FIXTURE_TEST_CASE(decisions_and_cancels_at_the_same_moment_agree, moves_of_test) {
  for (int round = 0; round < 20; ++round) {
    const auto id = place_one(7).id;
    at_once(8, [&](int i) {
      if (i % 2 == 0) return hear(decided(id, round % 2 == 0 ? "ACCEPTED" : "REJECTED")), std::string{};
      return cancel(7, id).whole.id;
    });
    const auto states = states_of(id);
    BOOST_TEST((states == "PENDING CANCELLED" || states == "PENDING ACCEPTED CANCELLED" ||
                states == "PENDING REJECTED"),
               states);
  }
}

BOOST_FIXTURE_TEST_CASE(lists_go_from_new_to_old_page_by_page, moves_of_test) {
  std::vector<std::string> ids;
  for (int i = 0; i < 7; ++i) ids.insert(ids.begin(), place_one(7, 1 + i).id);
  place_one(8);
  std::vector<std::string> seen;
  order_page page;
  page.limit = 3;
  for (;;) {
    const auto found = test::wait_for(loop, [&] { return orders.list_own(7, page, soon()); });
    for (std::size_t i = 0; i < std::min(found.size(), page.limit); ++i) {
      seen.push_back(found[i].id);
      BOOST_TEST(found[i].lines.size() == 1U);
    }
    if (found.size() <= page.limit) break;
    page.before = found[page.limit - 1].id;
  }
  BOOST_TEST(seen == ids);
  hear(decided(ids[2], "ACCEPTED"));
  const auto accepted = test::wait_for(loop, [&] { return orders.list(order_state::accepted, {}, soon()); });
  BOOST_REQUIRE_EQUAL(accepted.size(), 1U);
  BOOST_TEST(accepted[0].id == ids[2]);
  BOOST_TEST(test::wait_for(loop, [&] { return orders.list({}, {}, soon()); }).size() == 8U);
}

BOOST_FIXTURE_TEST_CASE(orders_of_a_deleted_customer_stay_without_personal_data, moves_of_test) {
  order_request wanted;
  wanted.address_id = 70;
  set(7, 1, 1);
  const auto id = place(7, "k", wanted).id;
  const auto other = place_one(8).id;
  forget(7);
  const auto kept = test::wait_for(loop, [&] { return orders.find(id, soon()); }).whole;
  BOOST_TEST(!kept.email.has_value());
  BOOST_TEST(!kept.address.has_value());
  BOOST_TEST(kept.lines.size() == 1U);
  BOOST_TEST(find(8, other).whole.email.has_value());
  BOOST_TEST(count("order_key WHERE customer_id = 7 AND answer IS NOT NULL") == 0);
  const auto refused = is(fault::unauthenticated, "token-invalid");
  BOOST_CHECK_EXCEPTION(find(7, id), error, refused);
  BOOST_CHECK_EXCEPTION(cancel(7, id), error, refused);
  BOOST_CHECK_EXCEPTION(place(7, "k", wanted), error, refused);
  hear(decided(id, "ACCEPTED"));
  BOOST_TEST(events("order.confirmed")[0].find(R"("email":null)") != std::string::npos);
}
