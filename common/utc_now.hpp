// The time of day in microseconds, as the databases keep it and messages carry it. Compare times with this,
// not with system_clock::now(): its nanoseconds end in 2262, and a comparison turns the other side into them,
// too.
#pragma once

#include <chrono>

namespace mercat {

[[nodiscard]] inline std::chrono::sys_time<std::chrono::microseconds> utc_now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace mercat
