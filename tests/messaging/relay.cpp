// What is in the outbox reaches the broker: once, in order, also when the broker was away.
#include "common/messaging/outbox.hpp"
#include "tests/messaging/fixture.hpp"
#include "tests/support/broker.hpp"
#include "tests/support/tcp_gate.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace mercat;
using namespace mercat::test;

namespace {

struct fixture : with_tables {
  broker rabbit;

  fixture() {
    rabbit.declare_exchange("mercat.events", "topic");
    rabbit.declare_queue("heard");
    rabbit.bind("mercat.events", "heard", "thing.#");
  }
  void add(int events, std::string_view type = "thing.happened") {
    transaction([&](db::session& s) {
      for (int i = 0; i < events; ++i) {
        (void)messaging::add_to_outbox(s, type, "{\"n\":" + std::to_string(i) + "}");
      }
    });
  }
  bool sent() {
    return eventually(10s, [&] { return waiting() == 0; });
  }
};

// What one replica runs.
struct replica {
  async::event_loop loop{"events"};
  amqp::connection connection;
  amqp::publisher publisher{connection, "mercat.events", "test"};
  messaging::relay relay;

  replica(fixture& in, const amqp::connection_options& options)
      : connection(loop, options, in.logger, in.metrics),
        relay(*in.database, publisher, loop, in.logger, in.metrics) {}
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(events_are_sent_in_order_and_leave_the_outbox, fixture) {
  replica one(*this, rabbit.options("one"));
  add(450);
  one.relay.wake();
  BOOST_REQUIRE(sent());
  const auto bodies = rabbit.take("heard");
  BOOST_REQUIRE_EQUAL(bodies.size(), 450U);
  for (std::size_t i = 0; i < bodies.size(); ++i)
    BOOST_TEST(bodies[i] == "{\"n\":" + std::to_string(i) + "}");
}

BOOST_FIXTURE_TEST_CASE(a_commit_wakes_the_relay_at_once, fixture) {
  replica one(*this, rabbit.options("one"));
  BOOST_REQUIRE(eventually(10s, [&] { return one.publisher.ready(); }));
  std::chrono::milliseconds all{0};
  for (int i = 0; i < 10; ++i) {
    const auto begun = std::chrono::steady_clock::now();
    add(1);
    one.relay.wake();
    BOOST_REQUIRE(sent());
    all += since(begun);
  }
  // Without being woken each would wait for the relay's next round: 5000 in all.
  BOOST_TEST(all.count() < 3500);
}

BOOST_FIXTURE_TEST_CASE(a_forgotten_wake_up_only_delays, fixture) {
  replica one(*this, rabbit.options("one"));
  add(3);
  BOOST_TEST(sent());
}

BOOST_FIXTURE_TEST_CASE(two_relays_send_each_event_once, fixture) {
  replica one(*this, rabbit.options("one"));
  replica two(*this, rabbit.options("two"));
  for (int i = 0; i < 100; ++i) {
    add(5);
    one.relay.wake();
    two.relay.wake();
  }
  BOOST_REQUIRE(sent());
  BOOST_TEST(rabbit.take("heard").size() == 500U);
}

BOOST_FIXTURE_TEST_CASE(events_survive_the_brokers_absence, fixture) {
  auto options = rabbit.options("one");
  tcp_gate gate(options.host, options.port);
  options.port = gate.port();
  gate.refuse();
  replica one(*this, options);
  add(20);
  one.relay.wake();
  BOOST_TEST(!eventually(700ms, [&] { return waiting() != 20; }));
  gate.pass();
  const auto back = std::chrono::steady_clock::now();
  BOOST_REQUIRE(sent());
  BOOST_TEST(since(back).count() < 5000);
  BOOST_TEST(rabbit.take("heard").size() == 20U);
}

BOOST_FIXTURE_TEST_CASE(a_connection_that_breaks_in_the_middle_loses_nothing, fixture) {
  auto options = rabbit.options("one");
  tcp_gate gate(options.host, options.port);
  options.port = gate.port();
  replica one(*this, options);
  for (int i = 0; i < 10; ++i) {
    add(50);
    one.relay.wake();
    if (i % 3 == 2) gate.close();
  }
  BOOST_REQUIRE(eventually(20s, [&] { return waiting() == 0; }));
  // Sent again without a confirm: twice is allowed, never is not.
  BOOST_TEST(rabbit.take("heard").size() >= 500U);
}

BOOST_FIXTURE_TEST_CASE(an_event_nobody_is_bound_for_stays_and_holds_up_no_other, fixture) {
  replica one(*this, rabbit.options("one"));
  add(1, "unknown.happened");
  add(2);
  one.relay.wake();
  BOOST_REQUIRE(eventually(10s, [&] { return waiting() == 1; }));
  BOOST_TEST(rabbit.take("heard").size() == 2U);
  BOOST_TEST(eventually(10s, [&] { return count("SELECT attempts FROM outbox") >= 1; }));
}

BOOST_FIXTURE_TEST_CASE(a_relay_leaves_soon_also_when_the_broker_is_silent, fixture) {
  auto options = rabbit.options("one");
  tcp_gate gate(options.host, options.port);
  options.port = gate.port();
  async::event_loop events{"events"};
  amqp::connection connection(events, options, logger, metrics);
  amqp::publisher publisher{connection, "mercat.events", "test"};
  std::optional<messaging::relay> relay;
  relay.emplace(*database, publisher, events, logger, metrics);
  BOOST_REQUIRE(eventually(10s, [&] { return publisher.ready(); }));
  gate.drop();
  add(5);
  relay->wake();
  const auto* const held = "SELECT COUNT(*) FROM outbox WHERE leased_until > UTC_TIMESTAMP(6)";
  BOOST_REQUIRE(eventually(10s, [&] { return count(held) == 5; }));
  const auto begun = std::chrono::steady_clock::now();
  relay.reset();
  BOOST_TEST(since(begun).count() < 4000);
  BOOST_TEST(waiting() == 5);
}
