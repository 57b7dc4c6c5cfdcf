// client: what a service has of AMQP, for tests: a loop, a connection, and a second loop that callers live
// on.
#pragma once

#include "common/amqp/connection.hpp"
#include "common/async/event_loop.hpp"
#include "common/async/task.hpp"
#include "common/error.hpp"
#include "tests/support/broker.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/tcp_gate.hpp"

#include <atomic>
#include <functional>
#include <future>
#include <mutex>
#include <vector>

namespace mercat::test {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

struct client {
  explicit client(amqp::connection_options options) : connection(loop, std::move(options), logger, metrics) {}

  metrics::registry metrics;
  log::logger logger{"test", "test-1", log::level::error};
  async::event_loop loop{"amqp"};
  async::event_loop callers{"callers"};
  amqp::connection connection;

  [[nodiscard]] bool comes_up(std::chrono::milliseconds limit = 10s) const {
    return eventually(limit, [this] { return connection.up(); });
  }
};

// Runs a task on a loop and waits for its outcome; for test threads.
template <class T>
T run(async::event_loop& on, async::task<T> work) {
  std::promise<T> outcome;
  on.post([&] {
    async::spawn(std::move(work), [&](std::exception_ptr failure, std::optional<T> value) {
      if (failure) {
        outcome.set_exception(failure);
      } else {
        outcome.set_value(std::move(*value));
      }
    });
  });
  return outcome.get_future().get();
}

// A user made of functions, that notes what it is told.
struct probe final : amqp::channel_user {
  explicit probe(std::function<void(amqp::channel&)> when_open = {}) : when_open_(std::move(when_open)) {}

  void on_open(amqp::channel& fresh) override {
    open = &fresh;
    if (when_open_) when_open_(fresh);
    ++opened;
  }
  void on_closed() override {
    open = nullptr;
    ++closed;
  }
  void on_message(amqp::message&& item) override {
    if (when_message) return when_message(std::move(item));
    const std::lock_guard lock(mutex);
    messages.push_back(std::move(item));
    ++received;
  }
  void on_cancelled() override { ++cancelled; }

  [[nodiscard]] std::vector<amqp::message> taken() {
    const std::lock_guard lock(mutex);
    return messages;
  }

  std::function<void(amqp::message&&)> when_message;
  amqp::channel* open = nullptr;  // on the loop's thread
  std::atomic<int> opened{0}, closed{0}, received{0}, cancelled{0};

 private:
  std::function<void(amqp::channel&)> when_open_;
  std::mutex mutex;
  std::vector<amqp::message> messages;
};

// Adds a user to a connection for a scope.
struct added {
  added(amqp::connection& to, amqp::channel_user& user_) : connection(to), user(user_) { to.add(user); }
  ~added() { connection.remove(user); }
  added(const added&) = delete;
  added& operator=(const added&) = delete;
  amqp::connection& connection;
  amqp::channel_user& user;
};

inline amqp::connection_options through(const tcp_gate& gate, const broker& scratch, std::string name) {
  auto options = scratch.options(std::move(name));
  options.host = "127.0.0.1";
  options.port = gate.port();
  return options;
}

inline tcp_gate gate_before(const broker& scratch) {
  const auto options = scratch.options("");
  return {options.host, options.port};
}

// How long the loop takes to get to work posted to it.
inline std::chrono::milliseconds turnaround(async::event_loop& loop) {
  const auto start = std::chrono::steady_clock::now();
  loop.run_and_wait([] {});
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
}

// connection.blocked and connection.unblocked as the broker sends them.
inline std::string blocked_frame() {
  return {"\x01\x00\x00\x00\x00\x00\x0b\x00\x0a\x00\x3c\x06memory\xce", 19};
}
inline std::string unblocked_frame() {
  return {"\x01\x00\x00\x00\x00\x00\x04\x00\x0a\x00\x3d\xce", 12};
}

}  // namespace mercat::test
