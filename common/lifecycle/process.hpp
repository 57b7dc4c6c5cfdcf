// process: what every service's main() has in common: logs, metrics, the private listener (GET /status,
// /ready, /metrics), signals, watchdog, draining.
//
//   int main(int argc, char** argv) {
//     return lifecycle::run([&] {
//       const auto settings = products::settings::read(argc, argv);
//       lifecycle::process process{settings.process};
//       …dependencies, each told to the process: process.depends_on("database", [&] { return db.reachable();
//       }); http::server server{settings.http, routes(…), verifier, process.logger(), process.metrics()};
//       return process.serve(server);          // until SIGTERM or SIGINT; drains; returns the exit code
//     });
//   }
#pragma once

#include "common/async/event_loop.hpp"
#include "common/config/environment.hpp"
#include "common/http/server.hpp"
#include "common/log/log.hpp"
#include "common/metrics/registry.hpp"

#include <functional>
#include <memory>
#include <string>

namespace mercat::lifecycle {

struct process_options {
  std::string service;
  std::string replica;
  log::level log_level = log::level::info;
  std::string private_address = "127.0.0.1";
  std::uint16_t private_port = 0;
  std::chrono::milliseconds start_patience{2'000};  // for dependencies to be there before requests are let in
  std::chrono::milliseconds drain_limit{20'000};  // for what is in flight, after which it leaves all the same
  std::chrono::milliseconds watchdog_limit{10'000};
  // Declares MERCAT_REPLICA, MERCAT_LOG_LEVEL, MERCAT_PRIVATE_ADDRESS, MERCAT_PRIVATE_PORT, MERCAT_DRAIN_MS.
  static process_options declare(config::environment& env, std::string service);
};

class process {
 public:
  explicit process(process_options options);  // blocks signals in all threads; binds the private listener
  ~process();

  [[nodiscard]] log::logger& logger() noexcept;
  [[nodiscard]] metrics::registry& metrics() noexcept;
  // A loop for timers and other light work of the service.
  [[nodiscard]] async::event_loop& loop() noexcept;
  [[nodiscard]] const process_options& options() const noexcept;

  // The port of the private listener, also when options().private_port was 0.
  [[nodiscard]] std::uint16_t private_port() const noexcept;

  // Shown by /ready: a dependency that is away degrades, it does not un-ready. `up` and `ticks` are called on
  // other threads while serve() runs, and only then: what they refer to may be made after the process and go
  // before it. All three are for the time before serve().
  void depends_on(std::string name, std::function<bool()> up);
  // Watched: a tick counter that stops growing for watchdog_limit ends the process (abort, with a log line).
  // The watchdog counts its own ticks too, so that a process that was paused is not killed when it wakes.
  void watch(std::string name, std::function<std::uint64_t()> ticks);
  // Called in order when draining begins (stop consuming, stop the RPC server); `idle` is polled until true.
  void on_drain(std::function<void()> begin, std::function<bool()> idle);

  // Starts the server, says ready, waits for SIGTERM/SIGINT, drains: stop accepting, Connection: close on
  // every answer, until nothing is in flight and every part is idle, and no connection is left or nginx's
  // upstream keep-alive time (5 s) has passed; drain_limit at most. Returns the exit code. A second signal,
  // or one before serve(), ends the process at once (128 + its number).
  int serve(http::server& server);
  int serve();  // a process without public HTTP (crm-mailer)

 private:
  struct state;
  std::unique_ptr<state> state_;
};

// The outermost frame of main(): process-wide set-up (curl, RLIMIT_NOFILE, malloc arenas, SIGPIPE), one clear
// line on stderr for config::invalid (exit 2) and for any other failure to start (exit 1).
int run(const std::function<int()>& body);

}  // namespace mercat::lifecycle
