#include "common/amqp/publisher.hpp"

#include "client.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

using namespace mercat;
using namespace mercat::test;
using amqp::sent;

std::ostream& boost_test_print_type(std::ostream& out, sent outcome) {
  return out << std::array{"confirmed", "returned", "refused", "unavailable"}.at(
             static_cast<std::size_t>(outcome));
}

namespace {

// Publishes and keeps score of the outcomes.
struct counted {
  counted(client& who, const std::string& exchange)
      : one(who), publisher(who.connection, exchange, "shopping") {}

  void publish(const std::string& type, int times = 1, const std::string& data = R"({"a":1})") {
    one.loop.run_and_wait([&] {
      for (int i = 0; i < times; ++i) {
        const auto number = next++;
        publisher.publish({"id-" + std::to_string(number), type, data, ""}, [this, number](sent outcome) {
          const std::lock_guard lock(mutex);
          ++calls[number];
          ++outcomes[outcome];
        });
      }
    });
  }
  int of(sent outcome) {
    const std::lock_guard lock(mutex);
    return outcomes[outcome];
  }
  // Every publish was answered, and only once.
  bool all_answered_once() {
    const std::lock_guard lock(mutex);
    if (static_cast<int>(calls.size()) != next) return false;
    return std::all_of(calls.begin(), calls.end(), [](const auto& each) { return each.second == 1; });
  }
  [[nodiscard]] bool becomes_ready() const {
    return eventually(10s, [this] { return publisher.ready(); });
  }

  client& one;
  int next = 0;
  std::mutex mutex;
  std::map<int, int> calls;
  std::map<sent, int> outcomes;
  amqp::publisher publisher;
};

}  // namespace

BOOST_AUTO_TEST_CASE(an_event_that_reached_a_queue_is_confirmed) {
  const broker scratch{topology::shop};
  client one{scratch.options("events")};
  counted events{one, "mercat.events"};
  BOOST_REQUIRE(events.becomes_ready());
  events.publish("customer.deleted", 150);
  BOOST_TEST(eventually(5s, [&] { return events.of(sent::confirmed) == 150; }));
  BOOST_TEST(events.all_answered_once());
  std::size_t found = 0;
  BOOST_TEST(eventually(5s, [&] {
    found += scratch.take("shopping.events").size();
    return found == 150;
  }));
}

BOOST_AUTO_TEST_CASE(an_event_that_reaches_no_queue_is_returned_not_confirmed) {
  const broker scratch;
  scratch.declare_exchange("events", "topic");
  scratch.declare_queue("q");
  scratch.bind("events", "q", "bound");
  client one{scratch.options("events")};
  counted events{one, "events"};
  BOOST_REQUIRE(events.becomes_ready());
  events.publish("bound", 10);
  events.publish("unbound", 10);
  events.publish("bound", 10);
  BOOST_TEST(
      eventually(5s, [&] { return events.of(sent::confirmed) == 20 && events.of(sent::returned) == 10; }));
  BOOST_TEST(events.all_answered_once());
}

BOOST_AUTO_TEST_CASE(an_event_that_a_full_queue_rejects_is_refused) {
  const broker scratch;
  scratch.declare_exchange("events", "topic");
  scratch.declare_queue("q", true, R"({"x-max-length":1,"x-overflow":"reject-publish"})");
  scratch.bind("events", "q", "#");
  client one{scratch.options("events")};
  counted events{one, "events"};
  BOOST_REQUIRE(events.becomes_ready());
  events.publish("any", 1);
  BOOST_TEST(eventually(5s, [&] { return events.of(sent::confirmed) == 1; }));
  events.publish("any", 5);
  BOOST_TEST(eventually(5s, [&] { return events.of(sent::refused) == 5; }));
  BOOST_TEST(events.all_answered_once());
}

BOOST_AUTO_TEST_CASE(an_exchange_that_is_not_there_yet_makes_events_unavailable_until_it_is) {
  const broker scratch;
  client one{scratch.options("events")};
  counted events{one, "events"};
  BOOST_REQUIRE(events.becomes_ready());
  events.publish("any", 3);  // 404 closes the channel
  BOOST_TEST(eventually(5s, [&] { return events.of(sent::unavailable) == 3; }));
  scratch.declare_exchange("events", "fanout");
  scratch.declare_queue("q");
  scratch.bind("events", "q", "");
  BOOST_REQUIRE(events.becomes_ready());
  events.publish("any", 3);
  BOOST_TEST(eventually(5s, [&] { return events.of(sent::confirmed) == 3; }));
  BOOST_TEST(events.all_answered_once());
}

BOOST_AUTO_TEST_CASE(an_event_is_unavailable_at_once_without_connection) {
  const broker scratch;
  auto gate = gate_before(scratch);
  gate.refuse();
  client one{through(gate, scratch, "events")};
  counted events{one, "events"};
  BOOST_TEST(!events.publisher.ready());
  events.publish("any", 3);
  BOOST_TEST(events.of(sent::unavailable) == 3);
  BOOST_TEST(events.all_answered_once());
}

BOOST_AUTO_TEST_CASE(what_the_broker_never_confirmed_is_unavailable_when_the_connection_goes) {
  const broker scratch{topology::shop};
  auto gate = gate_before(scratch);
  client one{through(gate, scratch, "events")};
  counted events{one, "mercat.events"};
  BOOST_REQUIRE(events.becomes_ready());
  gate.hold();
  events.publish("customer.deleted", 50);
  BOOST_TEST(throughout(100ms, [&] { return events.all_answered_once() == false; }));
  gate.close();
  BOOST_TEST(eventually(5s, [&] { return events.of(sent::unavailable) == 50; }));
  gate.pass();
  BOOST_REQUIRE(events.becomes_ready());
  events.publish("customer.deleted", 50);
  BOOST_TEST(eventually(5s, [&] { return events.of(sent::confirmed) == 50; }));
  BOOST_TEST(events.all_answered_once());
}

BOOST_AUTO_TEST_CASE(not_more_than_a_window_of_events_is_unconfirmed) {
  const broker scratch{topology::shop};
  auto gate = gate_before(scratch);
  client one{through(gate, scratch, "events")};
  counted events{one, "mercat.events"};
  BOOST_REQUIRE(events.becomes_ready());
  gate.hold();
  events.publish("customer.deleted", 250);
  BOOST_TEST(events.of(sent::unavailable) == 50);
  BOOST_TEST(!events.publisher.ready());
  gate.pass();
  BOOST_TEST(eventually(5s, [&] { return events.of(sent::confirmed) == 200; }));
  BOOST_TEST(events.publisher.ready());
  BOOST_TEST(events.all_answered_once());
}

BOOST_AUTO_TEST_CASE(an_event_without_confirm_is_given_back_after_a_while) {
  const broker scratch{topology::shop};
  auto gate = gate_before(scratch);
  client one{through(gate, scratch, "events")};
  counted events{one, "mercat.events"};
  BOOST_REQUIRE(events.becomes_ready());
  gate.hold(tcp_gate::way::to_server);
  events.publish("customer.deleted", 5);
  BOOST_TEST(eventually(12s, [&] { return events.of(sent::unavailable) == 5; }));
  gate.pass();
  BOOST_TEST(throughout(300ms, [&] { return events.all_answered_once(); }));  // late confirms are nobody's
}

BOOST_AUTO_TEST_CASE(a_blocked_publisher_says_so_at_once_and_recovers) {
  const broker scratch{topology::shop};
  auto gate = gate_before(scratch);
  client one{through(gate, scratch, "events")};
  counted events{one, "mercat.events"};
  BOOST_REQUIRE(events.becomes_ready());
  gate.insert_to_clients(blocked_frame());
  BOOST_TEST(eventually(2s, [&] { return one.connection.blocked(); }));
  BOOST_TEST(!events.publisher.ready());
  events.publish("customer.deleted", 5);
  BOOST_TEST(events.of(sent::unavailable) == 5);
  gate.insert_to_clients(unblocked_frame());
  BOOST_REQUIRE(events.becomes_ready());
  events.publish("customer.deleted", 5);
  BOOST_TEST(eventually(5s, [&] { return events.of(sent::confirmed) == 5; }));
}

BOOST_AUTO_TEST_CASE(done_may_publish_again) {
  const broker scratch{topology::shop};
  client one{scratch.options("events")};
  amqp::publisher publisher{one.connection, "mercat.events", "shopping"};
  BOOST_REQUIRE(eventually(10s, [&] { return publisher.ready(); }));
  std::atomic<int> confirmed{0};
  std::function<void(sent)> again = [&](sent outcome) {
    if (outcome == sent::confirmed && ++confirmed < 300)
      publisher.publish({"id", "customer.deleted", "{}", ""}, again);
  };
  one.loop.run_and_wait([&] { publisher.publish({"id", "customer.deleted", "{}", ""}, again); });
  BOOST_TEST(eventually(10s, [&] { return confirmed == 300; }));
}

BOOST_AUTO_TEST_CASE(what_is_pending_at_the_end_is_answered) {
  const broker scratch{topology::shop};
  auto gate = gate_before(scratch);
  client one{through(gate, scratch, "events")};
  std::atomic<int> unavailable{0};
  {
    amqp::publisher publisher{one.connection, "mercat.events", "shopping"};
    BOOST_REQUIRE(eventually(10s, [&] { return publisher.ready(); }));
    gate.hold();
    one.loop.run_and_wait([&] {
      publisher.publish({"id", "customer.deleted", "{}", ""},
                        [&](sent o) { unavailable += o == sent::unavailable; });
    });
  }
  BOOST_TEST(unavailable == 1);
}
