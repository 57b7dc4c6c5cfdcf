// eventually, throughout: waiting in tests for what another thread or process does, with a limit.
#pragma once

#include <chrono>
#include <thread>

namespace mercat::test {

// true as soon as the condition holds; false when it did not within the limit.
template <class Condition>
[[nodiscard]] bool eventually(std::chrono::milliseconds limit, Condition condition) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  return true;
}

// true when the condition held all the time.
template <class Condition>
[[nodiscard]] bool throughout(std::chrono::milliseconds time, Condition condition) {
  return !eventually(time, [&] { return !condition(); });
}

}  // namespace mercat::test
