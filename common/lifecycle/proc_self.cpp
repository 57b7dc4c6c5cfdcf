#include "common/lifecycle/proc_self.hpp"

#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <unistd.h>

namespace mercat::lifecycle {

namespace {

constexpr int threads_field = 20;  // of /proc/self/stat, counted from 1 as in proc(5)
constexpr int start_time_field = 22;

double seconds_of(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double stat_field(int number) {
  std::string line;
  std::ifstream file("/proc/self/stat");
  std::getline(file, line);
  // The second field, the program's name, may contain spaces and parentheses: count from behind it.
  std::istringstream rest(line.substr(line.rfind(')') + 1));
  std::string field;
  for (int i = 3; i <= number; ++i) rest >> field;
  return field.empty() ? 0. : std::strtod(field.c_str(), nullptr);
}

// Since boot, as the kernel counts it.
double start_seconds() {
  return stat_field(start_time_field) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double open_descriptors() {
  std::error_code failure;
  const std::filesystem::directory_iterator all("/proc/self/fd", failure);
  double count = -1;  // the listing has one open itself
  if (!failure) {
    for (const auto& each : all) count += each.path().empty() ? 0 : 1;
  }
  return count < 0 ? 0 : count;
}

}  // namespace

std::int64_t resident_bytes() {
  std::int64_t total = 0;
  std::int64_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

std::chrono::milliseconds process_age() {
  const double age = seconds_of(CLOCK_BOOTTIME) - start_seconds();
  return std::chrono::milliseconds{static_cast<std::int64_t>(age * 1000)};
}

void expose_process(metrics::registry& metrics) {
  metrics.observe("process_resident_memory_bytes", "Resident memory", {},
                  [] { return static_cast<double>(resident_bytes()); });
  metrics.observe("process_cpu_seconds_total", "CPU time, user and system", {},
                  [] { return seconds_of(CLOCK_PROCESS_CPUTIME_ID); });
  metrics.observe("process_open_fds", "Open file descriptors", {}, open_descriptors);
  metrics.observe("process_threads", "Threads", {}, [] { return stat_field(threads_field); });
  const double started = seconds_of(CLOCK_REALTIME) - seconds_of(CLOCK_BOOTTIME) + start_seconds();
  metrics.observe("process_start_time_seconds", "Start, seconds since 1970", {},
                  [started] { return started; });
}

}  // namespace mercat::lifecycle
