#include "common/auth/revocations.hpp"

#include "common/utc_now.hpp"

#include <algorithm>
#include <mutex>

namespace mercat::auth {

namespace {

constexpr std::chrono::minutes forget_every{1};
// Clocks of machines differ; an entry too many costs nothing.
constexpr std::chrono::minutes margin{5};

}  // namespace

void revocations::revoke(std::int64_t customer, time before) {
  const std::unique_lock lock(mutex_);
  auto& since = by_customer_[customer];
  since = std::max(since, before);
  const auto now = utc_now();
  if (now - forgotten_at_ >= forget_every) forget(now);
  size_.store(by_customer_.size(), std::memory_order_release);
}

bool revocations::cover(const identity& who) const {
  if (size_.load(std::memory_order_acquire) == 0) return false;
  const std::shared_lock lock(mutex_);
  const auto found = by_customer_.find(who.customer_id);
  // In whole seconds, as iat is: in microseconds one from the beginning of all time has no number.
  return found != by_customer_.end() &&
         who.issued_at <= std::chrono::floor<std::chrono::seconds>(found->second);
}

void revocations::forget(time now) {
  forgotten_at_ = now;
  std::erase_if(by_customer_, [&](const auto& each) { return each.second + longest_life_ + margin < now; });
}

}  // namespace mercat::auth
