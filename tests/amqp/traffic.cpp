#include "client.hpp"
#include "tests/support/memory.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace mercat::test;

namespace {

void publish_on(client& who, probe& user, const amqp::publish_options& to, std::string_view body) {
  who.loop.run_and_wait([&] { user.open->publish(to, body); });
}

}  // namespace

BOOST_AUTO_TEST_CASE(messages_of_every_size_arrive_whole_and_in_order) {
  const broker scratch;
  scratch.declare_queue("q");
  client one{scratch.options("one")};
  probe sender, receiver{[](amqp::channel&fresh) { fresh.consume("q", true); }};
  const added first{one.connection, sender}, second{one.connection, receiver};
  BOOST_REQUIRE(one.comes_up());
  std::vector<std::string> sent;
  for (const std::size_t size : {0U, 1U, 100U, 65536U, 131064U, 131065U, 400000U, 0U, 7U}) {
    sent.push_back(std::string(size, static_cast<char>('a' + size % 23)));
  }
  for (int round = 0; round < 50; ++round) {
    for (const auto& body : sent) publish_on(one, sender, {.routing_key = "q"}, body);
  }
  const int all = static_cast<int>(50 * sent.size());
  BOOST_TEST(eventually(20s, [&] { return receiver.received == all; }));
  const auto got = receiver.taken();
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < got.size(); ++i) wrong += got[i].body == sent[i % sent.size()] ? 0 : 1;
  BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_CASE(properties_travel) {
  const broker scratch;
  scratch.declare_queue("q");
  client one{scratch.options("one")};
  probe user{[](amqp::channel& fresh) { fresh.consume("q", true); }};
  const added in{one.connection, user};
  BOOST_REQUIRE(one.comes_up());
  amqp::publish_options to;
  to.routing_key = "q";
  to.persistent = true;
  to.message_id = "id-1";
  to.type = "order.created";
  to.correlation_id = "c-1";
  to.reply_to = "answers";
  to.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  to.expiration = 60000ms;
  to.status = 404;
  to.app_id = "shopping";
  to.timestamp = std::chrono::system_clock::now();
  publish_on(one, user, to, R"({"a":"ü"})");
  BOOST_REQUIRE(eventually(5s, [&] { return user.received == 1; }));
  const auto got = user.taken().front();
  BOOST_TEST(got.message_id == "id-1");
  BOOST_TEST(got.type == "order.created");
  BOOST_TEST(got.correlation_id == "c-1");
  BOOST_TEST(got.reply_to == "answers");
  BOOST_TEST(got.traceparent == to.traceparent);
  BOOST_TEST((got.expiration == 60000ms));
  BOOST_TEST((got.status == 404));
  BOOST_TEST(got.app_id == "shopping");
  BOOST_TEST(got.content_type == "application/json");
  BOOST_TEST(got.routing_key == "q");
  BOOST_TEST(got.body == R"({"a":"ü"})");
  to.message_id = std::string_view{};
  const std::string too_long(256, 'x');
  to.type = too_long;
  one.loop.run_and_wait([&] { BOOST_CHECK_THROW(user.open->publish(to, "{}"), amqp::failure); });
  to.type = "short";
  publish_on(one, user, to, "after");
  BOOST_TEST(eventually(5s, [&] { return user.received == 2; }));
}

BOOST_AUTO_TEST_CASE(an_orderly_end_loses_nothing_that_was_published) {
  const broker scratch;
  scratch.declare_queue("q");
  auto gate = gate_before(scratch);
  {
    client one{through(gate, scratch, "one")};
    probe user;
    const added in{one.connection, user};
    BOOST_REQUIRE(one.comes_up());
    gate.delay(100ms);  // what is on its way when the connection ends abruptly is lost
    one.loop.run_and_wait([&] {
      for (int i = 0; i < 50; ++i) user.open->publish({.routing_key = "q"}, std::to_string(i));
    });
  }
  std::size_t found = 0;
  BOOST_TEST(eventually(5s, [&] {
    found += scratch.take("q").size();
    return found == 50;
  }));
}

BOOST_AUTO_TEST_CASE(a_broker_that_does_not_read_never_blocks_the_loop) {
  const broker scratch;
  auto gate = gate_before(scratch);
  client one{through(gate, scratch, "stuck")};
  probe user;
  const added in{one.connection, user};
  BOOST_REQUIRE(one.comes_up());
  gate.hold(tcp_gate::way::to_server);
  const std::string body(1 << 20, 'x');
  bool refused = false;
  for (int i = 0; i < 64 && !refused; ++i) {  // more than socket buffers take
    one.loop.run_and_wait([&] {
      try {
        if (user.open != nullptr) user.open->publish({.routing_key = "q", .mandatory = false}, body);
      } catch (const amqp::failure&) {
        refused = true;
      }
    });
    BOOST_TEST(turnaround(one.loop).count() < 1500);
  }
  BOOST_TEST(refused);  // what waits is bounded
  gate.pass();
  BOOST_TEST(eventually(20s, [&] {
    bool usable = false;
    one.loop.run_and_wait([&] {
      if (user.open == nullptr) return;
      try {
        user.open->publish({.routing_key = "q", .mandatory = false}, "small");
        usable = true;
      } catch (const amqp::failure&) {
      }
    });
    return usable && one.connection.up();
  }));
}

BOOST_AUTO_TEST_CASE(a_removed_user_is_told_nothing_more) {
  const broker scratch;
  scratch.declare_queue("q");
  client one{scratch.options("one")};
  BOOST_REQUIRE(one.comes_up());
  for (int i = 0; i < 20; ++i) {
    probe user{[](amqp::channel& fresh) { fresh.consume("q", true); }};
    one.connection.add(user);
    scratch.put("q", "x");
    one.connection.remove(user);
  }
  BOOST_TEST(throughout(300ms, [&] { return one.connection.up(); }));
}

BOOST_AUTO_TEST_CASE(memory_stays_flat_over_many_messages, *boost::unit_test::timeout(100)) {
  const broker scratch;
  scratch.declare_queue("q");
  client one{scratch.options("one")};
  std::atomic<int> seen{0};
  probe user{[](amqp::channel& fresh) { fresh.consume("q", true); }};
  user.when_message = [&](amqp::message&&) { ++seen; };
  const added in{one.connection, user};
  BOOST_REQUIRE(one.comes_up());
  const auto pass_through = [&](int rounds) {
    const std::string body(1000, 'x');
    const int before = seen;
    for (int i = 0; i < rounds; ++i) {
      one.loop.run_and_wait([&] {
        for (int j = 0; j < 500; ++j) user.open->publish({.routing_key = "q"}, body);
      });
      BOOST_REQUIRE(eventually(10s, [&] { return seen == before + (i + 1) * 500; }));
    }
  };
  pass_through(20);
  const auto start = resident_kib();
  pass_through(100);
  const auto grown = resident_kib() - start;
  BOOST_TEST_MESSAGE("50,000 messages of 1 kB: resident memory grew by " << grown << " KiB");
  BOOST_TEST((grown < 8192 || !memory_tells));  // kept, they would be 50 MB
}
