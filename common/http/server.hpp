// The HTTP server: Pistache's epoll reactors under a transport of our own, which accepts, reads, checks,
// answers and flushes on the reactor thread that owns the connection (docs/adr/0002). Nothing else in Mercat
// touches Pistache.
//
// A request's way: bytes -> head (strict, request_head.hpp) -> route -> token -> role -> body -> coroutine on
// the reactor -> answer written after checking that the connection is still the same one. Thread-safe: all
// public functions.
#pragma once

#include "common/auth/token.hpp"
#include "common/http/route.hpp"
#include "common/log/log.hpp"
#include "common/metrics/registry.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace mercat::http {

struct server_options {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;                          // 0: any free one, see server::port()
  std::size_t threads = 1;                         // reactor threads
  std::size_t max_in_flight = 256;                 // beyond it: 503 at once
  std::size_t max_connections = 8192;              // beyond it: closed at accept
  std::size_t max_head = 16 * 1024;                // bytes of request line and headers; beyond it 431
  std::chrono::milliseconds head_timeout{60'000};  // for the head and body of one request to arrive
  std::chrono::milliseconds idle_timeout{
      75'000};          // between requests; above nginx's upstream keepalive_timeout
  std::string replica;  // this process's name: in logs
  bool access_log = true;
};

class server {
 public:
  // verifier null: routes of access::anyone only, tokens are not looked at (the private listener).
  server(server_options options, route_table routes, std::shared_ptr<const auth::token_verifier> verifier,
         log::logger& logger, metrics::registry& metrics);
  ~server();  // stop()

  void start();  // binds and serves on threads of its own; throws std::runtime_error with the remedy
  [[nodiscard]] std::uint16_t port() const noexcept;

  // From now on: accepts no new connection, every answer says Connection: close.
  void begin_drain();
  [[nodiscard]] std::size_t in_flight() const noexcept;
  [[nodiscard]] std::size_t connections() const noexcept;
  // Ends the threads. Requests in flight must have ended (in_flight() == 0), else they are dropped.
  void stop();

  // Grows while every reactor makes progress: for the watchdog. The slowest reactor counts.
  [[nodiscard]] std::uint64_t ticks() const noexcept;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace mercat::http
