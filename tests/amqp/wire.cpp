#include "common/amqp/wire.hpp"

#include <amqp_framing.h>
#include <boost/test/unit_test.hpp>

#include <array>
#include <sys/socket.h>
#include <unistd.h>

using namespace mercat::amqp;

namespace {

struct socket_pair {
  socket_pair() { BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0); }
  ~socket_pair() {
    for (const int each : ends) ::close(each);
  }
  std::string received() const {
    std::string all(1 << 20, '\0');
    const auto count = ::recv(ends[1], all.data(), all.size(), MSG_DONTWAIT);
    all.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return all;
  }
  std::array<int, 2> ends{};
};

constexpr std::size_t frame_max = 4096;

}  // namespace

BOOST_AUTO_TEST_CASE(a_heartbeat_is_eight_bytes) {
  const socket_pair wire;
  output out{frame_max};
  out.heartbeat();
  BOOST_TEST((out.flush(wire.ends[0]) == output::outcome::sent));
  BOOST_TEST((wire.received() == std::string{"\x08\x00\x00\x00\x00\x00\x00\xce", 8}));
}

BOOST_AUTO_TEST_CASE(a_body_is_cut_into_frames_that_fit) {
  const socket_pair wire;
  output out{frame_max};
  out.publish(1, {.exchange = "e", .routing_key = "k"}, std::string(10000, 'x'));
  BOOST_TEST((out.flush(wire.ends[0]) == output::outcome::sent));
  const auto bytes = wire.received();
  std::size_t bodies = 0, carried = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto* start = reinterpret_cast<const unsigned char*>(bytes.data() + at);
    const std::size_t size = (std::size_t{start[3]} << 24) | (std::size_t{start[4]} << 16) |
                             (std::size_t{start[5]} << 8) | start[6];
    BOOST_REQUIRE(at + size + 8 <= bytes.size());
    BOOST_TEST(start[7 + size] == 0xCE);
    BOOST_TEST(size + 8 <= frame_max);
    if (start[0] == AMQP_FRAME_BODY) {
      ++bodies;
      carried += size;
    }
    at += size + 8;
  }
  BOOST_TEST(bodies == 3U);
  BOOST_TEST(carried == 10000U);
}

BOOST_AUTO_TEST_CASE(a_publish_that_cannot_be_encoded_leaves_nothing_behind) {
  output out{frame_max};
  const std::string too_long(256, 'x');
  BOOST_CHECK_THROW(out.publish(1, {.exchange = too_long, .routing_key = "k"}, "{}"), failure);
  publish_options to{.exchange = "e", .routing_key = "k"};
  to.message_id = too_long;
  BOOST_CHECK_THROW(out.publish(1, to, "{}"), failure);
  BOOST_TEST(out.empty());
}

BOOST_AUTO_TEST_CASE(properties_that_fill_more_than_a_frame_are_refused) {
  output out{frame_max};
  const std::string too_long(frame_max, 't');
  publish_options to;
  to.traceparent = too_long;
  BOOST_CHECK_THROW(out.publish(1, to, "{}"), failure);
  BOOST_TEST(out.empty());
}

BOOST_AUTO_TEST_CASE(a_full_socket_is_reported_and_the_rest_follows_later) {
  const socket_pair wire;
  output out{131072};
  const std::string body(4 << 20, 'x');
  out.publish(1, {.exchange = "e", .routing_key = "k"}, body);
  std::size_t received = 0;
  int full = 0;
  for (auto got = out.flush(wire.ends[0]); got != output::outcome::sent; got = out.flush(wire.ends[0])) {
    BOOST_REQUIRE((got == output::outcome::socket_full));
    ++full;
    received += wire.received().size();
  }
  for (auto more = wire.received(); !more.empty(); more = wire.received()) received += more.size();
  BOOST_TEST(full > 0);
  BOOST_TEST(received > body.size());
  BOOST_TEST(out.empty());
}

BOOST_AUTO_TEST_CASE(what_waits_to_be_sent_is_bounded) {
  output out{131072};
  const std::string body(1 << 20, 'x');
  const auto fill = [&] {
    for (int i = 0; i < 100; ++i) out.publish(1, {.exchange = "e", .routing_key = "k"}, body);
  };
  BOOST_CHECK_THROW(fill(), failure);
}

BOOST_AUTO_TEST_CASE(a_closed_socket_is_reported) {
  socket_pair wire;
  ::shutdown(wire.ends[0], SHUT_WR);
  output out{frame_max};
  out.heartbeat();
  BOOST_TEST((out.flush(wire.ends[0]) == output::outcome::broken));
}

BOOST_AUTO_TEST_CASE(a_message_out_of_order_is_refused) {
  assembly parts;
  amqp_frame_t frame{};
  BOOST_CHECK_THROW(parts.header(frame), failure);
  BOOST_CHECK_THROW(parts.body(frame), failure);
  amqp_basic_deliver_t deliver{};
  parts.start(deliver);
  BOOST_CHECK_THROW(parts.start(deliver), failure);
  BOOST_CHECK_THROW(parts.body(frame), failure);
}

BOOST_AUTO_TEST_CASE(a_time_to_live_is_no_longer_than_a_deadline_can_be) {
  const auto heard = [](const char* text) {
    assembly parts;
    amqp_basic_deliver_t deliver{};
    parts.start(deliver);
    amqp_basic_properties_t properties{};
    properties._flags = AMQP_BASIC_EXPIRATION_FLAG;
    properties.expiration = as_bytes(text);
    amqp_frame_t frame{};
    frame.payload.properties.class_id = AMQP_BASIC_CLASS;
    frame.payload.properties.decoded = &properties;
    parts.header(frame);
    return parts.take().expiration.value().count();
  };
  BOOST_TEST(heard("1500") == 1500);
  BOOST_TEST(heard("4294967295") == 4294967295);
  BOOST_TEST(heard("9223372036854775807") == 4294967295);
}

BOOST_AUTO_TEST_CASE(more_body_than_announced_is_refused) {
  assembly parts;
  amqp_basic_deliver_t deliver{};
  parts.start(deliver);
  amqp_basic_properties_t properties{};
  amqp_frame_t frame{};
  frame.payload.properties.class_id = AMQP_BASIC_CLASS;
  frame.payload.properties.body_size = 3;
  frame.payload.properties.decoded = &properties;
  parts.header(frame);
  amqp_frame_t body{};
  body.payload.body_fragment = as_bytes("four");
  BOOST_CHECK_THROW(parts.body(body), failure);
}
