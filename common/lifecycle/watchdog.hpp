// watchdog: a thread that looks at tick counters and reports the first one that has not grown for its limit.
// It measures the limit in rounds of its own, not by the clock: while the process is paused (SIGSTOP, a
// suspended machine) it makes no rounds either, so that nobody is reported stuck on waking.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace mercat::lifecycle {

class watchdog {
 public:
  // stuck: called once, on the watchdog's thread, with the name of what stands still.
  watchdog(std::chrono::milliseconds limit, std::function<void(const std::string&)> stuck);
  ~watchdog();  // stop()

  // ticks: thread-safe, quick. Before start() only.
  void watch(std::string name, std::function<std::uint64_t()> ticks);
  void start();
  void stop();  // no counter is read after it

 private:
  struct watched {
    std::string name;
    std::function<std::uint64_t()> ticks;
    std::uint64_t last = 0;
    int rounds_without_progress = 0;
  };

  void run();
  watched* first_stuck();

  const std::chrono::milliseconds round_;
  const int most_rounds_;
  const std::function<void(const std::string&)> stuck_;
  std::vector<watched> watched_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace mercat::lifecycle
