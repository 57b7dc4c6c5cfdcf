// From the broker's queue to the decision and back, on a real RabbitMQ and MariaDB.
#include "common/amqp/publisher.hpp"
#include "common/messaging/outbox.hpp"
#include "tests/db/gate.hpp"
#include "tests/products/orders_of_test.hpp"
#include "tests/support/broker.hpp"

#include <memory>

using namespace mercat;
using namespace mercat::products;
using test::cancelled_event;
using test::created_event;
using test::eventually;
using test::gate;
using test::orders_of_test;
using test::said_again;

namespace {

// What main() puts together for orders, with a gate before the database.
struct running_orders : orders_of_test {
  gate between{schema.options().socket};
  test::broker broker{test::topology::shop};
  async::event_loop events_loop{"events"};
  // Its threads post to the loop to their end.
  db::pool orders_pool{through_gate(), logger, metrics};
  amqp::connection connection{events_loop, broker.options("products-1 events"), logger, metrics};
  amqp::publisher publisher{connection, "mercat.events", "products"};
  std::unique_ptr<messaging::consumer> consumer = std::make_unique<messaging::consumer>(
      connection, orders_pool, messaging::consumer_options{event_queue}, event_handlers(), logger, metrics);
  product_id lamp_id = stocked("LAMP", 10);

  db::pool_options through_gate() const {
    auto given = schema.options();
    given.socket = between.path();
    return given;
  }
  // By its routing key, so that the bindings have their part.
  void publish(const messaging::event& event) const {
    json::writer message;
    message.StartObject();
    message.key("routing_key").text(event.type);
    message.key("payload").text(event.data);
    message.key("payload_encoding").text("string");
    message.key("properties").StartObject();
    message.key("message_id").text(event.id);
    message.key("type").text(event.type);
    message.key("delivery_mode").Int(2);
    message.EndObject();
    message.EndObject();
    const auto got =
        broker.ask("POST", "/exchanges/" + broker.vhost() + "/mercat.events/publish", message.take());
    BOOST_REQUIRE(got.find("true") != std::string::npos);
  }
  bool becomes(const std::string& order, const std::string& expected) {
    return eventually([&] { return status(order) == expected; });
  }
  bool handled(std::int64_t count) {
    return eventually(
        [&] { return number("SELECT COUNT(*) FROM inbox WHERE processed_at IS NOT NULL") == count; });
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(an_order_is_decided_and_its_decision_leaves, running_orders) {
  broker.declare_queue("listener");
  broker.bind("mercat.events", "listener", "order.decided");
  const messaging::relay relay{orders_pool, publisher, events_loop, logger, metrics};
  const auto order = uuid_v7();
  publish(created_event(order, {{lamp_id, 4}}));
  BOOST_TEST(becomes(order, "ACCEPTED"));
  std::vector<std::string> told;
  BOOST_REQUIRE(eventually([&] { return !(told = broker.take("listener")).empty(); }));
  const auto data = json::document::parse(told.front());
  BOOST_TEST(json::text(data.root(), "orderId").value() == order);
  BOOST_TEST(json::text(data.root(), "status").value() == "ACCEPTED");
  publish(cancelled_event(order));
  BOOST_TEST(becomes(order, "CANCELLED"));
  BOOST_TEST(on_hand(lamp_id) == 10);
}

BOOST_FIXTURE_TEST_CASE(a_message_delivered_twice_counts_once, running_orders) {
  const auto order = uuid_v7();
  const auto created = created_event(order, {{lamp_id, 4}});
  const auto other = created_event(uuid_v7(), {{lamp_id, 1}});
  for (const auto& each : {created, created, said_again(created), created, other}) publish(each);
  BOOST_TEST(handled(3));
  BOOST_TEST(on_hand(lamp_id) == 5);
}

BOOST_FIXTURE_TEST_CASE(an_unreadable_event_goes_to_the_dead_letters_and_stops_nothing, running_orders) {
  const auto order = uuid_v7();
  for (const auto* wrong : {"{", "{}", R"({"orderId":"x","items":[]})"}) {
    publish({uuid_v7(), "order.created", wrong, ""});
    publish({uuid_v7(), "order.cancelled", wrong, ""});
  }
  publish(created_event(order, {{lamp_id, 1}}));
  BOOST_TEST(becomes(order, "ACCEPTED"));
  std::size_t dead = 0;
  BOOST_TEST(eventually([&] { return (dead += broker.take("products.dead").size()) >= 6; }));
  BOOST_TEST(dead == 6U);
  BOOST_TEST(number("SELECT COUNT(*) FROM order_decision") == 1);
}

BOOST_FIXTURE_TEST_CASE(what_waits_while_nobody_listens_is_decided_afterwards, running_orders) {
  consumer.reset();
  std::vector<std::string> orders;
  for (int i = 0; i < 12; ++i) {
    orders.push_back(uuid_v7());
    publish(created_event(orders.back(), {{lamp_id, 1}}));
  }
  consumer = std::make_unique<messaging::consumer>(
      connection, orders_pool, messaging::consumer_options{event_queue}, event_handlers(), logger, metrics);
  BOOST_TEST(handled(12));
  BOOST_TEST(on_hand(lamp_id) == 0);
  BOOST_TEST(number("SELECT COUNT(*) FROM order_decision WHERE status = 'ACCEPTED'") == 10);
  BOOST_TEST(number("SELECT COUNT(*) FROM order_decision WHERE status = 'REJECTED'") == 2);
}

BOOST_FIXTURE_TEST_CASE(a_decision_whose_commit_was_not_confirmed_is_made_once, running_orders) {
  static_cast<void>(events());
  between.set(gate::mode::swallow_commit);
  std::vector<std::string> orders;
  for (int i = 0; i < 3; ++i) {
    orders.push_back(uuid_v7());
    publish(created_event(orders.back(), {{lamp_id, 1}}));
    BOOST_TEST(becomes(orders.back(), "ACCEPTED"));
  }
  publish(cancelled_event(orders.back()));
  BOOST_TEST(becomes(orders.back(), "CANCELLED"));
  between.set(gate::mode::open);
  // Acknowledged in the end: another one comes through behind them.
  const auto last = uuid_v7();
  publish(created_event(last, {{lamp_id, 1}}));
  BOOST_TEST(becomes(last, "ACCEPTED"));
  BOOST_TEST(on_hand(lamp_id) == 7);
  BOOST_TEST(number("SELECT COUNT(*) FROM outbox WHERE type = 'order.decided'") == 4);
  BOOST_TEST(number("SELECT COUNT(*) FROM outbox WHERE type = 'product.stock-changed'") == 5);
  BOOST_TEST(broker.take("products.dead").empty());
  check_ledger();
}

BOOST_FIXTURE_TEST_CASE(a_database_that_is_away_delays_a_decision_and_loses_none, running_orders) {
  between.set(gate::mode::shut);
  const auto order = uuid_v7();
  publish(created_event(order, {{lamp_id, 1}}));
  publish(cancelled_event(order));
  const auto other = uuid_v7();
  publish(created_event(other, {{lamp_id, 1}}));
  BOOST_TEST(test::throughout(std::chrono::milliseconds{500}, [&] { return status(order) == "(none)"; }));
  between.set(gate::mode::open);
  BOOST_TEST(becomes(other, "ACCEPTED"));
  BOOST_TEST(becomes(order, "CANCELLED"));
  BOOST_TEST(handled(3));
  BOOST_TEST(on_hand(lamp_id) == 9);
  BOOST_TEST(broker.take("products.dead").empty());
}
