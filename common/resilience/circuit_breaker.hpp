// circuit_breaker: after `failures` failures in a row calls are refused at once for `open_for`; then one
// trial call is let through, and its outcome closes the circuit or opens it again. Thread-safe, no I/O, time
// is passed in. What counts as a failure is the caller's: a time-out or an unreachable upstream does, a 404
// does not.
#pragma once

#include <chrono>
#include <mutex>

namespace mercat::resilience {

struct circuit_breaker_options {
  int failures = 20;
  // Short, because working again within 5 s of the upstream's return is promised.
  std::chrono::milliseconds open_for{1000};
};

class circuit_breaker {
 public:
  using clock = std::chrono::steady_clock;
  enum class state { closed, open, half_open };

  explicit circuit_breaker(circuit_breaker_options options = {}) : options_(options) {}

  // May a call go out now? A true must be followed by succeeded(), failed() or abandoned().
  [[nodiscard]] bool allow(clock::time_point now);
  void succeeded();
  void failed(clock::time_point now);
  void abandoned();  // no verdict (the caller gave up first): frees the trial
  [[nodiscard]] state current(clock::time_point now) const;

 private:
  circuit_breaker_options options_;
  mutable std::mutex mutex_;
  int failures_in_a_row_ = 0;
  bool open_ = false;
  bool trial_running_ = false;
  clock::time_point open_until_{};
};

}  // namespace mercat::resilience
