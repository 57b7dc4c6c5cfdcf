// A server of the kind under test with routes made for the tests, running for the length of a test case.
#pragma once

#include "common/async/completion.hpp"
#include "common/async/event_loop.hpp"
#include "common/auth/token.hpp"
#include "common/http/server.hpp"
#include "tests/http/raw_client.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>
#include <vector>

namespace mercat::tests {

// Holds the handlers of GET /held until it is opened. Thread-safe.
class gate {
 public:
  std::atomic<int> entered{0};

  [[nodiscard]] async::completion<int> wait();
  void open();

 private:
  std::mutex mutex_;
  bool opened_ = false;
  std::vector<async::completion<int>> waiting_;
};

// Of GET /large: more than the sockets of both sides hold (4 MiB at most for the sender).
inline constexpr std::size_t large_size = 8 * 1024 * 1024;

class served {
 public:
  explicit served(http::server_options options = quiet());

  [[nodiscard]] static http::server_options quiet();
  [[nodiscard]] std::uint16_t port() const { return server.port(); }
  [[nodiscard]] std::string token(const std::string& role) const;
  // Waits for a condition, at most five seconds.
  [[nodiscard]] static bool becomes_true(const std::function<bool()>& condition);
  [[nodiscard]] double metric(const std::string& line_start) const;

  auth::token_rules rules;
  log::logger logger{"test", "test-1", log::level::error};
  metrics::registry metrics;
  async::event_loop away{"away"};
  gate held;
  std::binary_semaphore unblocked{0};  // GET /blocks holds the reactor's thread until it is released
  json::schema body_schema;
  http::server server;
};

}  // namespace mercat::tests
