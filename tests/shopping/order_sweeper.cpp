// Orders that nobody decides, with a relay and a sweeper on a real broker connection.
#include "shopping/order_sweeper.hpp"

#include "common/messaging/consumer.hpp"
#include "common/messaging/inbox_table.hpp"
#include "common/messaging/outbox.hpp"
#include "shopping/order_sweep_store.hpp"
#include "tests/shopping/orders_of_test.hpp"
#include "tests/support/tcp_gate.hpp"

#include <array>
#include <cstdio>

using namespace mercat;
using namespace mercat::shopping;
using mercat::test::eventually;
using mercat::test::orders_of_test;
using mercat::test::throughout;

namespace {

using namespace std::chrono_literals;

constexpr auto timeout = 2000ms;
constexpr auto long_enough = 30'000ms;

// A replica's connection for events, through a gate, and what runs on it.
struct replica_of_test {
  replica_of_test(orders_of_test& shop, const std::string& name, bool relays = true)
      : gate(shop.broker.options(name).host, shop.broker.options(name).port),
        connection(loop, through(gate, shop.broker.options(name)), shop.logger, shop.metrics),
        sweeper(
            shop.database, connection, {timeout, 50ms}, [] {}, shop.logger, shop.metrics) {
    if (!relays) return;
    publisher = std::make_unique<amqp::publisher>(connection, "mercat.events", "shopping");
    relay = std::make_unique<messaging::relay>(shop.database, *publisher, loop, shop.logger, shop.metrics);
  }
  static amqp::connection_options through(const test::tcp_gate& gate, amqp::connection_options options) {
    options.host = "127.0.0.1";
    options.port = gate.port();
    return options;
  }

  test::tcp_gate gate;
  async::event_loop loop{"replica"};
  amqp::connection connection;
  std::unique_ptr<amqp::publisher> publisher;
  std::unique_ptr<messaging::relay> relay;
  order_sweeper sweeper;
};

struct sweeping_of_test : orders_of_test {
  // Handles an event that happened so long ago.
  void hear_late(std::chrono::milliseconds ago, const std::string& type = "product.updated") {
    const auto then = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()) - ago;
    std::array<char, 16> time{};
    std::snprintf(time.data(), time.size(), "%012llx",
                  static_cast<unsigned long long>(then.time_since_epoch().count()));
    const std::string_view digits{time.data(), 12};
    auto id = uuid_v7();
    id.replace(0, 8, digits.substr(0, 8)).replace(9, 4, digits.substr(8));
    const messaging::event happened{id, type, "", ""};
    BOOST_TEST(test::wait_for(loop, [&] {
      return database.transaction(soon(),
                                  [&](db::session& s) { return messaging::mark_processed(s, happened); });
    }));
  }
  bool holds(const std::string& who, std::chrono::seconds lease = 60s) {
    return test::wait_for(loop, [&] {
      return database.transaction(soon(), [&](db::session& s) { return store::hold_sweep(s, who, lease); });
    });
  }
  bool is_pending(const std::string& id) {
    return count("customer_order WHERE id = '" + id + "' AND status = 'PENDING'") == 1;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(what_nobody_decides_is_cancelled_and_told_of, sweeping_of_test) {
  replica_of_test replica{*this, "sweeper"};
  const auto began = std::chrono::steady_clock::now();
  const auto forgotten = place_one(7).id;
  const auto taken = place_one(7).id;
  hear(decided(taken, "ACCEPTED"));
  BOOST_REQUIRE(eventually(long_enough, [&] { return !is_pending(forgotten); }));
  BOOST_TEST((std::chrono::steady_clock::now() - began >= timeout));
  const auto swept = find(7, forgotten);
  BOOST_TEST(states_of(forgotten) == "PENDING CANCELLED");
  BOOST_TEST(swept.whole.reason.value() == "timeout");
  BOOST_TEST(states_of(taken) == "PENDING ACCEPTED");
  hear(decided(forgotten, "ACCEPTED"));
  BOOST_TEST(states_of(forgotten) == "PENDING CANCELLED");

  BOOST_REQUIRE(eventually(long_enough, [&] { return count("outbox") == 0; }));
  std::vector<std::string> heard;
  BOOST_CHECK(eventually(long_enough, [&] {
    for (auto& each : broker.take("products.events")) heard.push_back(std::move(each));
    return heard.size() >= 3;
  }));
  BOOST_TEST(
      std::ranges::count(heard, R"({"orderId":")" + forgotten +
                                    R"(","items":[{"productId":1,"quantity":2}],"reason":"timeout"})") == 1);
}

BOOST_FIXTURE_TEST_CASE(a_decision_that_comes_over_the_broker_moves_the_order_and_is_told_of,
                        sweeping_of_test) {
  replica_of_test replica{*this, "replica"};
  const messaging::consumer consumer{replica.connection, database, {event_queue}, handlers, logger, metrics};
  const auto id = place_one(7).id;
  const auto decision = decided(id, "ACCEPTED");
  for (int i = 0; i < 3; ++i)
    test::wait_for(loop, [&] {
      return database.transaction(
          soon(), [&](db::session& s) { messaging::add_to_outbox(s, decision.type, decision.data); });
    });
  std::vector<std::string> told;
  BOOST_REQUIRE(eventually(long_enough, [&] {
    for (auto& each : broker.take("crm-mailer.events")) told.push_back(std::move(each));
    return !told.empty() && count("inbox WHERE processed_at IS NOT NULL") == 3 && count("outbox") == 0;
  }));
  for (auto& each : broker.take("crm-mailer.events")) told.push_back(std::move(each));
  BOOST_TEST(told.size() == 1U);
  BOOST_TEST(told[0].starts_with(R"({"orderId":")" + id));
  BOOST_TEST(states_of(id) == "PENDING ACCEPTED");
}

BOOST_FIXTURE_TEST_CASE(time_without_a_break_counts_only, sweeping_of_test) {
  replica_of_test replica{*this, "sweeper"};
  const auto id = place_one(7).id;
  // Broken again and again, each time before the time-out, for more than twice as long.
  for (int i = 0; i < 10; ++i) {
    BOOST_REQUIRE(throughout(timeout / 4, [&] { return is_pending(id); }));
    replica.gate.close();
  }
  BOOST_CHECK(eventually(long_enough, [&] { return !is_pending(id); }));
}

BOOST_FIXTURE_TEST_CASE(while_the_broker_is_away_nothing_is_cancelled, sweeping_of_test) {
  replica_of_test replica{*this, "sweeper"};
  replica.gate.refuse();
  replica.gate.close();
  replica.gate.refuse();
  const auto id = place_one(7).id;
  BOOST_CHECK(throughout(2 * timeout, [&] { return is_pending(id); }));
}

BOOST_FIXTURE_TEST_CASE(an_order_that_products_was_not_told_of_is_not_cancelled, sweeping_of_test) {
  replica_of_test replica{*this, "sweeper", false};
  BOOST_REQUIRE(eventually(long_enough, [&] { return replica.connection.up(); }));
  const auto id = place_one(7).id;
  BOOST_CHECK(throughout(2 * timeout, [&] { return is_pending(id); }));
  sql("DELETE FROM outbox");
  BOOST_CHECK(eventually(long_enough, [&] { return !is_pending(id); }));
}

// The broker was there and would not have it. Nobody will decide on that order, and the others must not wait
// for it.
BOOST_FIXTURE_TEST_CASE(an_event_that_the_broker_sent_back_keeps_no_order_from_its_time_out,
                        sweeping_of_test) {
  replica_of_test replica{*this, "sweeper", false};
  const auto sent_back = place_one(7).id;
  sql("UPDATE outbox SET attempts = 1");
  BOOST_CHECK(eventually(long_enough, [&] { return !is_pending(sent_back); }));
  BOOST_TEST(count("outbox WHERE type = 'order.created' AND attempts = 1") == 1);
}

BOOST_FIXTURE_TEST_CASE(an_order_that_cannot_be_cancelled_holds_up_no_other, sweeping_of_test) {
  replica_of_test replica{*this, "sweeper"};
  const auto stuck = place_one(7).id;
  // There is a step already where the next one belongs, so each move fails.
  sql("INSERT INTO order_history VALUES ('" + stuck + "', 2, 'PENDING', NULL, UTC_TIMESTAMP(6))");
  const auto later = place_one(7).id;
  BOOST_CHECK(eventually(long_enough, [&] { return !is_pending(later); }));
  BOOST_TEST(states_of(later) == "PENDING CANCELLED");
  BOOST_TEST(is_pending(stuck));
}

// The decision may be among what was not heard yet.
BOOST_FIXTURE_TEST_CASE(while_old_events_are_heard_an_order_has_so_much_more_time, sweeping_of_test) {
  replica_of_test replica{*this, "sweeper"};
  const auto id = place_one(7).id;
  const auto hears_old_ones = [&] {
    hear_late(3 * timeout);
    return is_pending(id);
  };
  BOOST_CHECK(throughout(2 * timeout, hears_old_ones));
  BOOST_CHECK(eventually(long_enough, [&] { return !hears_old_ones(); }));
}

BOOST_FIXTURE_TEST_CASE(however_old_the_events_are_that_are_heard_no_order_is_pending_for_ever,
                        sweeping_of_test) {
  replica_of_test replica{*this, "sweeper"};
  const auto id = place_one(7).id;
  const auto began = std::chrono::steady_clock::now();
  BOOST_CHECK(eventually(4 * long_enough, [&] {
    hear_late(24h);
    return !is_pending(id);
  }));
  BOOST_TEST((std::chrono::steady_clock::now() - began >= 9 * timeout));
}

BOOST_FIXTURE_TEST_CASE(an_old_event_among_new_ones_and_what_others_say_give_no_more_time, sweeping_of_test) {
  replica_of_test replica{*this, "sweeper"};
  const auto id = place_one(7).id;
  // Each within the most that an order may have.
  BOOST_CHECK(eventually(8 * timeout, [&] {
    hear_late(0ms, "order.decided");
    hear_late(24h);
    return !is_pending(id);
  }));
  const auto next = place_one(7).id;
  sql("DELETE FROM inbox");
  BOOST_CHECK(eventually(8 * timeout, [&] {
    hear_late(24h, "customer.deleted");
    return !is_pending(next);
  }));
}

BOOST_FIXTURE_TEST_CASE(two_replicas_cancel_each_order_once, sweeping_of_test) {
  replica_of_test one{*this, "one"};
  replica_of_test other{*this, "other"};
  std::vector<std::string> ids;
  for (int i = 0; i < 30; ++i) ids.push_back(place_one(7).id);
  BOOST_REQUIRE(
      eventually(long_enough, [&] { return count("customer_order WHERE status = 'PENDING'") == 0; }));
  for (const auto& id : ids) BOOST_TEST(states_of(id) == "PENDING CANCELLED");
}

BOOST_FIXTURE_TEST_CASE(one_sweeps_at_a_time_and_another_takes_over, sweeping_of_test) {
  BOOST_TEST(holds("one"));
  BOOST_TEST(holds("one"));
  BOOST_TEST(!holds("other"));
  sql("UPDATE order_sweep SET held_until = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND");
  BOOST_TEST(holds("other"));
  BOOST_TEST(!holds("one"));
}

BOOST_FIXTURE_TEST_CASE(a_lease_that_is_not_renewed_ends_by_itself, sweeping_of_test) {
  BOOST_TEST(holds("one", 1s));
  BOOST_TEST(eventually([&] { return holds("other"); }));
}
