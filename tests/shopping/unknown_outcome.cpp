// What a customer is told when the database takes a commit and does not say so.
#include "tests/db/gate.hpp"
#include "tests/shopping/orders_of_test.hpp"

using namespace mercat;
using namespace mercat::shopping;
using mercat::test::is;
using mercat::test::orders_of_test;

namespace {

struct behind_a_gate : orders_of_test {
  test::gate between{schema.options().socket};
  db::pool through{through_gate(), logger, metrics};
  shopping::carts gated{through, offers};

  order_placing gated_placing{through, offers, addresses, {"EUR"}, [] {}};
  shopping::orders gated_orders{through, [] {}};

  db::pool_options through_gate() const {
    auto options = schema.options();
    options.socket = between.path();
    return options;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_merge_whose_commit_was_not_confirmed_is_looked_up_and_not_repeated, behind_a_gate) {
  set(7, 1, 1);
  const std::vector<wanted_product> items{{1, 2}, {2, 3}};
  between.set(test::gate::mode::swallow_commit);
  const auto merged = test::wait_for(loop, [&] { return gated.merge(7, items, soon()); });
  BOOST_TEST(merged.lines.size() == 2U);
  const auto lines = view(7);
  BOOST_TEST(lines[0].quantity == 3);
  BOOST_TEST(lines[1].quantity == 3);
}

BOOST_FIXTURE_TEST_CASE(a_set_whose_commit_was_not_confirmed_says_so_and_may_be_repeated, behind_a_gate) {
  between.set(test::gate::mode::swallow_commit);
  BOOST_CHECK_EXCEPTION(test::wait_for(loop, [&] { return gated.set(7, 1, 4, soon()); }), error,
                        is(fault::too_slow, "outcome-unknown"));
  between.set(test::gate::mode::open);
  BOOST_TEST(test::wait_for(loop, [&] { return gated.set(7, 1, 4, soon()); })[0].quantity == 4);
}

BOOST_FIXTURE_TEST_CASE(an_order_whose_commit_was_not_confirmed_is_looked_up, behind_a_gate) {
  set(7, 1, 2);
  between.set(test::gate::mode::swallow_commit);
  const auto placed = test::wait_for(loop, [&] { return gated_placing.place(caller(7, "k"), {}, soon()); });
  BOOST_TEST(placed.created);
  BOOST_TEST(place(7, "k").answer == placed.answer);
  BOOST_TEST(count("customer_order") == 1);
}

BOOST_FIXTURE_TEST_CASE(an_order_is_made_once_however_often_the_database_breaks, behind_a_gate) {
  for (int round = 0; round < 20; ++round) {
    set(7, 1, 2);
    const auto key = uuid_v7();
    std::thread breaker([&] {
      for (int i = 0; i < 5; ++i) between.cut();
    });
    int created = 0;
    BOOST_CHECK(test::eventually(std::chrono::milliseconds{30'000}, [&] {
      try {
        const auto placed =
            test::wait_for(loop, [&] { return gated_placing.place(caller(7, key), {}, soon()); });
        created += placed.created ? 1 : 0;
        return true;
      } catch (const error& refused) {
        const bool again = refused.kind() == fault::unavailable || refused.kind() == fault::too_slow ||
                           refused.slug() == "in-progress";
        BOOST_TEST(again, refused.slug());
        return false;
      }
    }));
    breaker.join();
    BOOST_TEST(created <= 1);
    BOOST_TEST(count("order_key") == round + 1);
    BOOST_TEST(count("customer_order") == round + 1);
    BOOST_TEST(count("outbox") == round + 1);
  }
}

BOOST_FIXTURE_TEST_CASE(a_cancel_whose_commit_was_not_confirmed_is_looked_up, behind_a_gate) {
  const auto id = place_one(7).id;
  between.set(test::gate::mode::swallow_commit);
  const auto now = test::wait_for(loop, [&] { return gated_orders.cancel(7, id, "", soon()); });
  BOOST_TEST((now.whole.state == order_state::cancelled));
  BOOST_TEST(events("order.cancelled").size() == 1U);
}
