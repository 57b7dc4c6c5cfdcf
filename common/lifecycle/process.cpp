#include "common/lifecycle/process.hpp"

#include "common/lifecycle/private_listener.hpp"
#include "common/lifecycle/proc_self.hpp"
#include "common/lifecycle/signals.hpp"
#include "common/lifecycle/watchdog.hpp"

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <unistd.h>
#include <utility>
#include <vector>

namespace mercat::lifecycle {

namespace {

// nginx closes an upstream connection that has been idle for 5 s; a little more, for its timers.
constexpr std::chrono::milliseconds upstream_keepalive{5500};
constexpr std::chrono::milliseconds start_poll{5};
constexpr std::chrono::milliseconds drain_poll{20};

struct drained_part {
  std::function<void()> begin;
  std::function<bool()> idle;
};

process_options signals_blocked(process_options options) {
  block_signals();
  return options;
}

}  // namespace

struct process::state {
  const process_options options;
  log::logger logger;
  metrics::registry metrics;
  condition shown;
  async::event_loop loop{"process"};
  std::mutex mutex;
  std::condition_variable changed;
  int signals = 0;  // received while serving or draining
  std::vector<drained_part> parts;
  watchdog guard;
  signal_watch signals_in;
  private_listener listener;

  // The signals are blocked before the first member starts a thread.
  explicit state(process_options chosen)
      : options(signals_blocked(std::move(chosen))),
        logger(options.service, options.replica, options.log_level),
        shown(options.replica),
        guard(options.watchdog_limit, [this](const std::string& name) { end_stuck(name); }),
        signals_in(loop, [this](int number) { on_signal(number); }),
        listener(options.private_address, options.private_port, shown, metrics, logger) {
    expose_process(metrics);
    metrics.observe("mercat_log_lines_dropped_total", "Log lines dropped because the queue was full", {},
                    [this] { return static_cast<double>(logger.dropped()); });
    guard.watch("process loop", [this] { return loop.ticks(); });
    guard.watch("private listener", [this] { return listener.ticks(); });
  }

  [[noreturn]] void end_stuck(const std::string& name) {
    logger.error("no progress: ending", {{"watched", name}, {"limitMs", options.watchdog_limit.count()}});
    logger.flush();
    std::abort();
  }

  void on_signal(int number) {
    bool again = false;
    {
      const std::lock_guard lock(mutex);
      again = ++signals > 1;
    }
    // Nothing is in flight before it serves; and who asks twice does not want to wait.
    if (again || shown.now() == phase::starting) {
      logger.warning(again ? "second signal: leaving at once" : "signal while starting: leaving",
                     {{"signal", number}});
      logger.flush();
      ::_exit(128 + number);
    }
    changed.notify_all();
  }

  void wait_for_signal() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return signals > 0; });
  }

  [[nodiscard]] bool parts_idle() const {
    for (const auto& each : parts) {
      if (each.idle && !each.idle()) return false;
    }
    return true;
  }

  void begin_parts() {
    for (const auto& each : parts) {
      try {
        if (each.begin) each.begin();
      } catch (const std::exception& failure) {  // the others drain all the same
        logger.error("a part does not drain", {{"cause", failure.what()}});
      }
    }
  }

  void drain(http::server* server) {
    const auto began = async::deadline::clock::now();
    shown.draining();
    logger.info("draining");
    if (server != nullptr) server->begin_drain();
    begin_parts();
    const auto done = [&](std::chrono::nanoseconds passed) {
      if (!parts_idle()) return false;
      if (server == nullptr) return true;
      return server->in_flight() == 0 && (server->connections() == 0 || passed >= upstream_keepalive);
    };
    auto passed = async::deadline::clock::now() - began;
    while (!done(passed) && passed < options.drain_limit) {
      std::unique_lock lock(mutex);
      changed.wait_for(lock, drain_poll);
      passed = async::deadline::clock::now() - began;
    }
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(passed).count();
    if (done(passed)) return logger.info("drained", {{"ms", milliseconds}});
    const auto left = server != nullptr ? static_cast<std::int64_t>(server->in_flight()) : 0;
    logger.warning("drain limit passed: leaving all the same", {{"ms", milliseconds}, {"inFlight", left}});
  }

  // A replica that listens before its broker connection stands would refuse what another replica can do. One
  // whose dependency is really away serves what does not need it.
  void wait_for_dependencies() {
    const auto until = async::deadline::in(options.start_patience);
    std::unique_lock lock(mutex);
    while (!shown.all_up() && !until.passed() && signals == 0) changed.wait_for(lock, start_poll);
  }

  int serve(http::server* server) {
    wait_for_dependencies();
    if (server != nullptr) {
      server->start();
      guard.watch("http server", [server] { return server->ticks(); });
    }
    const auto after = process_age();
    guard.start();
    shown.serving(server, after);
    logger.info("ready", {{"readyAfterMs", after.count()},
                          {"port", server != nullptr ? std::int64_t{server->port()} : 0},
                          {"privatePort", std::int64_t{listener.port()}}});
    wait_for_signal();
    drain(server);
    // From here on, what was given to us by reference may go: nothing may look at it any more.
    guard.stop();
    listener.stop();
    if (server != nullptr) server->stop();
    logger.info("stopped");
    logger.flush();
    return 0;
  }
};

process_options process_options::declare(config::environment& env, std::string service) {
  process_options options;
  options.replica = env.text("MERCAT_REPLICA", service + "-1", "name of this process in logs and answers");
  const auto level =
      env.one_of("MERCAT_LOG_LEVEL", {"debug", "info", "warning", "error"}, "info", "least level");
  options.log_level = level == "debug"     ? log::level::debug
                      : level == "info"    ? log::level::info
                      : level == "warning" ? log::level::warning
                                           : log::level::error;
  options.private_address = env.text("MERCAT_PRIVATE_ADDRESS", options.private_address,
                                     "address of the private listener: /status, /ready, /metrics");
  options.private_port = env.port("MERCAT_PRIVATE_PORT", options.private_port,
                                  "port of the private listener; 0: any free one, told in the log");
  options.drain_limit =
      env.milliseconds("MERCAT_DRAIN_MS", options.drain_limit, "time for what is in flight after SIGTERM");
  options.service = std::move(service);
  return options;
}

process::process(process_options options) : state_(std::make_unique<state>(std::move(options))) {}
process::~process() = default;

log::logger& process::logger() noexcept {
  return state_->logger;
}

metrics::registry& process::metrics() noexcept {
  return state_->metrics;
}

async::event_loop& process::loop() noexcept {
  return state_->loop;
}

const process_options& process::options() const noexcept {
  return state_->options;
}

std::uint16_t process::private_port() const noexcept {
  return state_->listener.port();
}

void process::depends_on(std::string name, std::function<bool()> up) {
  state_->shown.depends_on(std::move(name), std::move(up));
}

void process::watch(std::string name, std::function<std::uint64_t()> ticks) {
  state_->guard.watch(std::move(name), std::move(ticks));
}

void process::on_drain(std::function<void()> begin, std::function<bool()> idle) {
  state_->parts.push_back({std::move(begin), std::move(idle)});
}

int process::serve(http::server& server) {
  return state_->serve(&server);
}

int process::serve() {
  return state_->serve(nullptr);
}

}  // namespace mercat::lifecycle
