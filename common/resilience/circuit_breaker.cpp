#include "common/resilience/circuit_breaker.hpp"

namespace mercat::resilience {

bool circuit_breaker::allow(clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (!open_) return true;
  if (now < open_until_ || trial_running_) return false;
  trial_running_ = true;
  return true;
}

void circuit_breaker::succeeded() {
  const std::lock_guard lock(mutex_);
  failures_in_a_row_ = 0;
  // A call that went out before the circuit opened says nothing against closing it: it did get through.
  open_ = false;
  trial_running_ = false;
}

void circuit_breaker::failed(clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (open_) {
    // Late failures of calls from before the opening must neither end the trial nor push it back.
    if (!trial_running_ || now < open_until_) return;
    trial_running_ = false;
    open_until_ = now + options_.open_for;
    return;
  }
  if (++failures_in_a_row_ < options_.failures) return;
  open_ = true;
  open_until_ = now + options_.open_for;
}

void circuit_breaker::abandoned() {
  const std::lock_guard lock(mutex_);
  trial_running_ = false;
}

circuit_breaker::state circuit_breaker::current(clock::time_point now) const {
  const std::lock_guard lock(mutex_);
  if (!open_) return state::closed;
  return now < open_until_ ? state::open : state::half_open;
}

}  // namespace mercat::resilience
