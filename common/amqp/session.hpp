// session: one live AMQP connection, from login to its loss, on an event_loop's thread. Reads what is there,
// writes what fits, sends and expects heartbeats; never waits (but for close_in_order). Bytes written during
// one turn of the loop leave together at its end.
#pragma once

#include "common/amqp/login.hpp"
#include "common/amqp/wire.hpp"

#include <ev.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mercat::amqp {

// Told on the loop's thread. What it throws ends the session.
class session_listener {
 public:
  virtual ~session_listener() = default;
  virtual void on_delivered(amqp_channel_t channel, message&& item) = 0;
  virtual void on_returned(amqp_channel_t channel, message&& item) = 0;
  virtual void on_confirmed(amqp_channel_t channel, std::uint64_t tag, bool multiple, bool acknowledged) = 0;
  virtual void on_consuming(amqp_channel_t channel) = 0;
  virtual void on_cancelled(amqp_channel_t channel) = 0;
  virtual void on_channel_gone(amqp_channel_t channel) = 0;  // as asked for with channel.close
  virtual void on_blocked(bool blocked) = 0;
  // The last call, at the top of the loop's stack: the session may be destroyed in it. Must not throw.
  virtual void on_lost(const std::string& reason) = 0;
};

class session {
 public:
  session(struct ev_loop* loop, library_connection library, std::chrono::seconds heartbeat,
          session_listener& listener);
  ~session();
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  // Reads what came with the login; listener calls begin here.
  void start();
  // To write: append to it. Throws failure when the session is lost already.
  [[nodiscard]] output& out();
  // The session is over; on_lost follows in the next turn of the loop. The first reason counts.
  void fail(const std::string& reason) noexcept;
  // Sends what is buffered and connection.close, then waits for the broker's close-ok, so that nothing
  // published before is lost. Blocks for at most `limit`. No listener call any more.
  void close_in_order(std::chrono::milliseconds limit) noexcept;

 private:
  template <class Step>
  void guarded(Step step) noexcept;
  void read_available();
  void take_bytes(const char* bytes, std::size_t size);
  void take_frame(const amqp_frame_t& frame);
  void take_method(amqp_channel_t channel, const amqp_method_t& method);
  void pass_on_if_complete(amqp_channel_t channel);
  void end_of_turn() noexcept;
  void flush() noexcept;
  void beat();

  struct ev_loop* loop_;
  library_connection library_;
  std::chrono::seconds heartbeat_;
  session_listener& listener_;
  int socket_;
  output output_;
  std::map<amqp_channel_t, assembly> assemblies_;
  std::vector<char> buffer_;
  std::chrono::steady_clock::time_point last_heard_;
  bool lost_ = false;
  bool closing_ = false;
  bool close_confirmed_ = false;
  std::string reason_;
  ev_io readable_{};
  ev_io writable_{};
  ev_timer heart_{};
  ev_prepare turn_{};
};

}  // namespace mercat::amqp
