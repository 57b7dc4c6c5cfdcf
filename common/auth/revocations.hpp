// revocations: whose sessions were ended, and when. A token issued until then is good for nothing any more.
// An entry is needed only as long as such a token could live, and is forgotten afterwards. Thread-safe.
#pragma once

#include "common/auth/identity.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <shared_mutex>
#include <unordered_map>

namespace mercat::auth {

class revocations {
 public:
  using time = std::chrono::sys_time<std::chrono::microseconds>;

  // longest_life: of an access token.
  explicit revocations(std::chrono::seconds longest_life) : longest_life_(longest_life) {}

  // Of two for one customer the later one counts.
  void revoke(std::int64_t customer, time before);

  // iat has whole seconds: a token of the very second counts as issued before.
  [[nodiscard]] bool cover(const identity& who) const;

  [[nodiscard]] std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }

 private:
  void forget(time now);

  const std::chrono::seconds longest_life_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::int64_t, time> by_customer_;
  time forgotten_at_{};
  std::atomic<std::size_t> size_{0};  // looked at first: mostly there is nothing to look up
};

}  // namespace mercat::auth
