// The listener for those who run Mercat: GET /status, /ready and /metrics, on an address of its own, so that
// it answers when the main listener is full too.
#pragma once

#include "common/http/server.hpp"
#include "common/log/log.hpp"
#include "common/metrics/registry.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace mercat::lifecycle {

enum class phase { starting, serving, draining };

// What /ready tells; filled by the process. Thread-safe.
class condition {
 public:
  explicit condition(std::string replica) : replica_(std::move(replica)) {}

  void depends_on(std::string name, std::function<bool()> up);
  void serving(const http::server* server, std::chrono::milliseconds ready_after);
  // Is every dependency there?
  [[nodiscard]] bool all_up() const;
  void draining() { phase_.store(phase::draining); }
  [[nodiscard]] phase now() const { return phase_.load(); }
  // 200 while serving, a dependency that is away notwithstanding; else 503.
  [[nodiscard]] http::response ready() const;

 private:
  const std::string replica_;
  std::atomic<phase> phase_{phase::starting};
  std::atomic<const http::server*> server_{nullptr};
  std::atomic<std::int64_t> ready_after_ms_{-1};
  mutable std::mutex mutex_;
  std::vector<std::pair<std::string, std::function<bool()>>> dependencies_;
};

class private_listener {
 public:
  // Binds and serves. state and shown outlive it.
  private_listener(std::string address, std::uint16_t port, const condition& state,
                   const metrics::registry& shown, log::logger& logger);

  [[nodiscard]] std::uint16_t port() const noexcept { return server_.port(); }
  [[nodiscard]] std::uint64_t ticks() const noexcept { return server_.ticks(); }
  void stop() { server_.stop(); }

 private:
  metrics::registry own_;  // its traffic is not the service's
  http::server server_;
};

}  // namespace mercat::lifecycle
