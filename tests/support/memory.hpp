// What a process weighs.
#pragma once

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

// Whether that says what a program keeps. Under a sanitizer it does not: what is freed is held back.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool memory_tells = false;
#else
inline constexpr bool memory_tells = true;
#endif

}  // namespace mercat::test
