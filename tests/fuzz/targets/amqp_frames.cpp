// Frames of AMQP: any bytes into a live session, and messages that we wrote ourselves, read back.
#include "common/amqp/session.hpp"
#include "tests/fuzz/promise.hpp"

#include <amqp_tcp_socket.h>

#include <array>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mercat::fuzz {

namespace {

constexpr int frame_max = 4096;

class listener final : public amqp::session_listener {
 public:
  void on_delivered(amqp_channel_t, amqp::message&& item) override { taken(item); }
  void on_returned(amqp_channel_t, amqp::message&& item) override { taken(item); }
  void on_confirmed(amqp_channel_t, std::uint64_t, bool, bool) override {}
  void on_consuming(amqp_channel_t) override {}
  void on_cancelled(amqp_channel_t) override {}
  void on_channel_gone(amqp_channel_t) override {}
  void on_blocked(bool) override {}
  void on_lost(const std::string& why) override {
    promise(!lost && !why.empty(), "a session is lost once, and says why");
    lost = true;
  }

  bool lost = false;
  std::size_t count = 0;
  amqp::message last;

 private:
  void taken(amqp::message& item) {
    promise(!lost, "nothing comes after the loss");
    promise(!item.status || (*item.status >= 0 && *item.status <= 999), "a status has three digits");
    promise(!item.expiration || (item.expiration->count() >= 0 && item.expiration->count() < 1LL << 32),
            "a message's time to live is within 32 bits");
    promise(item.exchange.size() <= 255 && item.routing_key.size() <= 255, "names are short");
    ++count;
    last = std::move(item);
  }
};

// A session whose peer is this process.
class wire {
 public:
  wire() {
    promise(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends_.data()) == 0,
            "there are descriptors");
    amqp::library_connection library{amqp_new_connection()};
    amqp_tcp_socket_set_sockfd(amqp_tcp_socket_new(library.get()), ends_[0]);
    // Sizes can be agreed on only when something was heard: that we speak different versions, for example.
    amqp_frame_t frame;
    amqp_handle_input(library.get(), amqp::as_bytes({"AMQP\0\0\x09\x01", 8}), &frame);
    amqp_tune_connection(library.get(), 0, frame_max, 0);
    session_.emplace(loop(), std::move(library), std::chrono::seconds{3600}, heard_);
    session_->start();
  }
  ~wire() {
    session_.reset();
    ::close(ends_[1]);
  }
  wire(const wire&) = delete;
  wire& operator=(const wire&) = delete;

  const listener& gets(std::string_view bytes) {
    while (!bytes.empty() && !heard_.lost) {
      const auto sent = ::send(ends_[1], bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
      ev_run(loop(), EVRUN_NOWAIT);
      std::array<char, 4096> answers;
      while (::recv(ends_[1], answers.data(), answers.size(), MSG_DONTWAIT) > 0) {
      }
    }
    for (int turn = 0; turn < 3; ++turn) ev_run(loop(), EVRUN_NOWAIT);
    return heard_;
  }

 private:
  static struct ev_loop* loop() {
    static struct ev_loop* const one = ev_loop_new(EVFLAG_AUTO);
    return one;
  }
  std::array<int, 2> ends_{};
  listener heard_;
  std::optional<amqp::session> session_;
};

// What output writes for a publish, as a broker would deliver it: another method before the same frames.
std::string delivered(const amqp::publish_options& what, std::string_view body) {
  std::array<int, 2> ends{};
  promise(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0, "there are descriptors");
  amqp::output out(frame_max);
  const auto flushed = [&] {
    std::string bytes;
    (void)out.flush(ends[0]);
    bytes.resize(std::size_t{1} << 18);
    const auto count = ::recv(ends[1], bytes.data(), bytes.size(), MSG_DONTWAIT);
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
  };
  amqp_basic_deliver_t method{};
  method.delivery_tag = 7;
  method.routing_key = amqp::as_bytes(what.routing_key);
  std::string all;
  try {
    out.method(1, AMQP_BASIC_DELIVER_METHOD, &method);
    all = flushed();
    out.publish(1, what, body);
    const auto published = flushed();
    const auto byte = [&](std::size_t at) { return std::size_t{static_cast<unsigned char>(published[at])}; };
    all += published.substr((byte(3) << 24 | byte(4) << 16 | byte(5) << 8 | byte(6)) + 8);
  } catch (const amqp::failure&) {  // a name over 255 bytes
    all.clear();
  }
  for (const int each : ends) ::close(each);
  return all;
}

void kept(input from) {
  amqp::publish_options what;
  what.routing_key = from.field();
  what.message_id = from.field();
  what.type = from.field();
  what.correlation_id = from.field();
  what.traceparent = from.field();
  if (from.kind() == 's') what.status = 404;
  if (from.kind() == 'e') what.expiration = std::chrono::milliseconds{1500};
  const auto bytes = delivered(what, from.rest());
  if (bytes.empty()) return;
  wire one;
  const auto& heard = one.gets(bytes);
  promise(!heard.lost && heard.count == 1, "a message that we wrote is read");
  const auto& got = heard.last;
  promise(got.delivery_tag == 7 && got.routing_key == what.routing_key && got.body == from.rest(),
          "it says the same");
  promise(got.message_id == what.message_id && got.type == what.type &&
              got.correlation_id == what.correlation_id && got.traceparent == what.traceparent &&
              got.status == what.status && got.expiration == what.expiration,
          "its properties are the same");
}

}  // namespace

}  // namespace mercat::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mercat::fuzz;
  input from(data, size);
  if (size > 0 && data[0] == 'w') {
    (void)from.kind();
    kept(from);
  } else {
    wire one;
    one.gets(from.rest());
  }
  return 0;
}
