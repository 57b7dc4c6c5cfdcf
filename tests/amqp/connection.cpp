#include "client.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace mercat;
using namespace mercat::test;

namespace {

double metric(const metrics::registry& from, const std::string& name) {
  const auto text = from.text();
  const auto at = text.find("\n" + name + "{");
  return at == std::string::npos ? 0 : std::stod(text.substr(text.find("} ", at) + 2));
}

void publish_on(client& who, probe& user, const amqp::publish_options& to, std::string_view body) {
  who.loop.run_and_wait([&] { user.open->publish(to, body); });
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_connection_comes_up_and_is_seen_by_name) {
  const broker scratch;
  const client one{scratch.options("shopping-1 rpc")};
  BOOST_TEST(one.comes_up());
  BOOST_TEST(metric(one.metrics, "mercat_amqp_connection_up") == 1);
  BOOST_TEST(
      eventually(15s, [&] { return scratch.connections() == std::vector<std::string>{"shopping-1 rpc"}; }));
}

BOOST_AUTO_TEST_CASE(a_refused_login_is_tried_again_and_leaves_the_loop_free) {
  const broker scratch;
  auto gate = gate_before(scratch);
  auto options = through(gate, scratch, "wrong");
  options.password = "wrong";
  gate.delay(400ms);  // the refusal is there after 1.6 s
  client one{options};
  auto longest = 0ms;
  BOOST_TEST(eventually(20s, [&] {
    longest = std::max(longest, turnaround(one.loop));
    return gate.accepted() >= 3;
  }));
  BOOST_TEST(!one.connection.up());
  BOOST_TEST(longest.count() < 1500);
}

BOOST_AUTO_TEST_CASE(a_broker_that_hangs_in_the_handshake_does_not_block_the_loop) {
  const broker scratch;
  auto gate = gate_before(scratch);
  gate.hold();
  client one{through(gate, scratch, "hanging")};
  BOOST_TEST(eventually(5s, [&] { return gate.accepted() == 1; }));
  BOOST_TEST(throughout(3s, [&] { return turnaround(one.loop) < 1500ms; }));
  gate.pass();
  BOOST_TEST(one.comes_up());
}

BOOST_AUTO_TEST_CASE(a_connection_killed_by_the_broker_works_again_with_its_users) {
  const broker scratch;
  client one{scratch.options("victim")};
  probe user{[](amqp::channel& fresh) {
    fresh.declare_queue("q", false, false, true);
    fresh.consume("q", true);
  }};
  const added in{one.connection, user};
  BOOST_TEST(eventually(20s, [&] { return scratch.kill_connection("victim"); }));
  BOOST_TEST(eventually(5s, [&] { return user.closed == 1 && user.opened == 2; }));
  // The auto-delete queue went with the connection, and is there again.
  BOOST_TEST(eventually(5s, [&] { return scratch.has_queue("q"); }));
  scratch.put("q", "hello");
  BOOST_TEST(eventually(5s, [&] { return user.received == 1; }));
  BOOST_TEST(metric(one.metrics, "mercat_amqp_reconnects_total") == 1);
}

BOOST_AUTO_TEST_CASE(a_connection_works_again_within_five_seconds_of_the_brokers_return) {
  const broker scratch;
  auto gate = gate_before(scratch);
  client one{through(gate, scratch, "away")};
  BOOST_REQUIRE(one.comes_up());
  gate.refuse();
  gate.close();
  BOOST_TEST(eventually(5s, [&] { return !one.connection.up(); }));
  BOOST_TEST(throughout(6s, [&] { return !one.connection.up(); }));  // the back-off has grown to its most
  gate.pass();
  BOOST_TEST(one.comes_up(5s));
}

BOOST_AUTO_TEST_CASE(heartbeats_keep_an_idle_connection_alive) {
  const broker scratch;
  auto options = scratch.options("idle");
  options.heartbeat = 1s;  // the broker hangs up after two it missed
  client one{options};
  BOOST_REQUIRE(one.comes_up());
  BOOST_TEST(throughout(6s, [&] { return one.connection.up(); }));
}

BOOST_AUTO_TEST_CASE(a_dead_peer_is_noticed_and_replaced) {
  const broker scratch;
  auto gate = gate_before(scratch);
  auto options = through(gate, scratch, "dead");
  options.heartbeat = 1s;
  client one{options};
  BOOST_REQUIRE(one.comes_up());
  gate.drop(tcp_gate::way::to_client);  // the broker hears us, and so does not end it
  BOOST_TEST(eventually(4s, [&] { return !one.connection.up(); }));
  gate.pass();
  BOOST_TEST(one.comes_up());
}

BOOST_AUTO_TEST_CASE(a_channel_the_broker_closed_is_rebuilt_and_its_neighbours_too) {
  const broker scratch;
  client one{scratch.options("one")};
  probe guilty, neighbour;
  const added first{one.connection, guilty}, second{one.connection, neighbour};
  BOOST_REQUIRE(one.comes_up());
  one.loop.run_and_wait([&] { guilty.open->ack(4711); });  // an unknown tag: 406
  BOOST_TEST(eventually(5s, [&] { return guilty.opened == 2 && neighbour.opened == 2; }));
  BOOST_TEST(guilty.closed == 1);
  BOOST_TEST(neighbour.closed == 1);
  publish_on(one, guilty, {}, "still usable");
  BOOST_TEST(throughout(300ms, [&] { return one.connection.up(); }));
}

BOOST_AUTO_TEST_CASE(a_user_that_can_never_be_set_up_does_not_make_the_connection_spin) {
  const broker scratch;
  scratch.declare_queue("q", true);
  auto gate = gate_before(scratch);
  client one{through(gate, scratch, "stubborn")};
  probe user{[](amqp::channel& fresh) { fresh.declare_queue("q", false, false, true); }};  // 406 every time
  const added in{one.connection, user};
  BOOST_TEST(eventually(10s, [&] { return user.closed >= 3; }));
  const auto before = gate.accepted();
  BOOST_TEST(throughout(2s, [&] { return gate.accepted() <= before + 4; }));
}

BOOST_AUTO_TEST_CASE(a_user_that_throws_is_set_up_again) {
  const broker scratch;
  client one{scratch.options("one")};
  int tries = 0;
  probe user{[&](amqp::channel&) {
    if (++tries < 3) throw std::runtime_error("not yet");
  }};
  const added in{one.connection, user};
  BOOST_TEST(eventually(10s, [&] { return user.opened == 1 && one.connection.up(); }));
}

BOOST_AUTO_TEST_CASE(a_queue_deleted_under_its_consumer_is_declared_again) {
  const broker scratch;
  client one{scratch.options("one")};
  probe user{[](amqp::channel& fresh) {
    fresh.declare_queue("q", false, false, true);
    fresh.consume("q", true);
  }};
  const added in{one.connection, user};
  BOOST_REQUIRE(eventually(10s, [&] { return scratch.has_queue("q"); }));
  scratch.delete_queue("q");
  BOOST_TEST(eventually(5s, [&] { return user.opened == 2 && scratch.has_queue("q"); }));
}

BOOST_AUTO_TEST_CASE(replicas_that_declare_the_same_queue_at_once_all_come_up) {
  const broker scratch;
  for (int round = 0; round < 5; ++round) {
    client one{scratch.options("one")}, two{scratch.options("two")};
    const auto name = "q" + std::to_string(round);
    const auto declare = [&](amqp::channel& fresh) {
      fresh.declare_queue(name, false, false, true);
      fresh.consume(name, true);
    };
    probe first{declare}, second{declare};
    const added in_one{one.connection, first}, in_two{two.connection, second};
    BOOST_TEST(eventually(
        10s, [&] { return one.connection.up() && two.connection.up() && scratch.has_queue(name); }));
  }
}
