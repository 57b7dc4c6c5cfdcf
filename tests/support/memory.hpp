// What a process weighs.
#pragma once

#include "tests/support/sanitized.hpp"

#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>
#include <sys/types.h>
#include <unistd.h>

namespace mercat::test {

// Resident memory in KiB, of this process when none is named. Throws std::runtime_error when it is gone.
[[nodiscard]] inline std::int64_t resident_kib(pid_t pid = ::getpid()) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string word; status >> word;)
    if (word == "VmRSS:") {
      std::int64_t kib = 0;
      status >> kib;
      return kib;
    }
  throw std::runtime_error("process " + std::to_string(pid) + " is gone");
}

// Whether that says what a program keeps.
inline constexpr bool memory_tells = !sanitized;

}  // namespace mercat::test
