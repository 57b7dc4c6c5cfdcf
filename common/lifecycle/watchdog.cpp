#include "common/lifecycle/watchdog.hpp"

#include <algorithm>
#include <pthread.h>
#include <utility>

namespace mercat::lifecycle {

namespace {

constexpr std::chrono::milliseconds longest_round{500};
constexpr int rounds_per_limit = 20;

}  // namespace

watchdog::watchdog(std::chrono::milliseconds limit, std::function<void(const std::string&)> stuck)
    : round_(std::clamp(limit / rounds_per_limit, std::chrono::milliseconds{1}, longest_round)),
      most_rounds_(static_cast<int>(limit / round_)),
      stuck_(std::move(stuck)) {}

watchdog::~watchdog() {
  stop();
}

void watchdog::watch(std::string name, std::function<std::uint64_t()> ticks) {
  watched_.push_back({std::move(name), std::move(ticks)});
}

void watchdog::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "watchdog");
    run();
  });
}

void watchdog::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void watchdog::run() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, round_, [this] { return stopping_; })) {
    if (const auto* found = first_stuck()) return stuck_(found->name);
  }
}

watchdog::watched* watchdog::first_stuck() {
  for (auto& each : watched_) {
    const auto now = each.ticks();
    each.rounds_without_progress =
        now == std::exchange(each.last, now) ? each.rounds_without_progress + 1 : 0;
    if (each.rounds_without_progress > most_rounds_) return &each;
  }
  return nullptr;
}

}  // namespace mercat::lifecycle
