// connection: one AMQP 0-9-1 connection owned by one event_loop thread, kept alive: heartbeats, reconnecting
// with back-off (0.1-2 s, jitter), users (consumers, publishers, RPC) set up again after each reconnect.
// Topology is NOT declared here (broker definitions do), but for the RPC queue and reply queues. connection's
// own functions are thread-safe; channel is for its users, on the loop's thread.
//
// Nothing here blocks the loop. TCP connect and login run on a thread of their own, at most about 4 s per
// try; after that rabbitmq-c only encodes and decodes, and the socket is read and written by session.hpp,
// because amqp_basic_publish waits without limit when the broker does not read (a memory or disk alarm).
// What a channel is told to do is buffered and leaves in one write per loop turn, in order; the broker's
// refusal of it (a queue that is not there, other arguments) comes later, as the loss of the connection.
#pragma once

#include "common/async/event_loop.hpp"
#include "common/log/log.hpp"
#include "common/metrics/registry.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace mercat::amqp {

// The connection is not there or broke. For logs, not for clients: rpc and publisher translate it.
class failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct connection_options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 5672;
  std::string vhost = "mercat";
  std::string user;
  std::string password;
  std::string name;  // shown in the broker's management UI: "shopping-1 rpc"
  // A peer that says nothing for twice this long is dead. Whole seconds, at least 1.
  std::chrono::seconds heartbeat{10};
};

struct message {
  std::uint64_t delivery_tag = 0;
  bool redelivered = false;
  std::string exchange, routing_key, body;
  std::string message_id, type, correlation_id, reply_to, app_id, content_type, traceparent;
  std::optional<std::chrono::milliseconds> expiration;
  std::optional<int> status;  // our RPC header "status"
};

// What a user of a connection is told, always on the loop's thread. One user object per purpose.
class channel;
class channel_user {
 public:
  virtual ~channel_user() = default;
  // A fresh channel of one's own, good until on_closed: declare and consume here. Throwing drops the
  // connection, back-off follows; so it does from every other function but on_closed, which must not throw.
  virtual void on_open(channel& fresh) = 0;
  // The channel is gone with all its tags, and a blockage with it; pending things must fail or wait for
  // on_open.
  virtual void on_closed() = 0;
  virtual void on_message(message&&) {}
  virtual void on_confirm(std::uint64_t /*tag*/, bool /*multiple*/, bool /*acknowledged*/) {}
  virtual void on_returned(message&&) {}        // mandatory, not routable; comes before its confirm
  virtual void on_blocked(bool /*blocked*/) {}  // broker alarm: publish nothing while blocked
  virtual void on_consuming() {}                // consume() took effect
  virtual void on_cancelled() {}                // cancel() took effect: no message comes any more
};

class connection {
 public:
  connection(async::event_loop& loop, connection_options options, log::logger& logger,
             metrics::registry& metrics);
  // Closes in order: what was published has reached the broker, if it answers within a second. The loop must
  // still run; the users must be gone.
  ~connection();

  // From any thread; the user must outlive its removal. remove() returns when no call to it runs any more and
  // none will: on_closed is not called.
  void add(channel_user& user);
  void remove(channel_user& user);

  [[nodiscard]] bool up() const noexcept;
  [[nodiscard]] bool blocked() const noexcept;
  [[nodiscard]] async::event_loop& loop() const noexcept;

 private:
  struct state;
  std::shared_ptr<state> state_;
};

struct publish_options {
  std::string_view exchange{}, routing_key{};
  bool mandatory = true;
  bool persistent = false;
  std::string_view message_id{}, type{}, correlation_id{}, reply_to{}, traceparent{};
  std::optional<std::chrono::milliseconds> expiration{};
  std::optional<int> status{};
  std::string_view app_id{};
  std::optional<std::chrono::system_clock::time_point> timestamp{};  // whole seconds on the wire
};

// One AMQP channel, for the loop's thread. Every function throws amqp::failure when the connection broke
// (on_closed follows) and when a name or property is over 255 bytes.
class channel {
 public:
  virtual ~channel() = default;
  virtual void publish(const publish_options& to, std::string_view body) = 0;
  // confirm.select; from then on publish sequence numbers count from 1.
  virtual void select_confirms() = 0;
  virtual void qos(std::uint16_t prefetch) = 0;
  virtual void declare_queue(std::string_view name, bool durable, bool exclusive, bool auto_delete) = 0;
  virtual void bind_queue(std::string_view queue, std::string_view exchange, std::string_view key) = 0;
  virtual void consume(std::string_view queue, bool no_ack) = 0;
  virtual void cancel() = 0;  // stop consuming; on_cancelled follows
  virtual void ack(std::uint64_t delivery_tag) = 0;
  virtual void reject(std::uint64_t delivery_tag) = 0;  // without requeue: to the dead letters
};

}  // namespace mercat::amqp
