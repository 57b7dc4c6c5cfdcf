// deadline: the point in time by which an answer must be there. A value passed down every outside call;
// across processes it travels as remaining time, because clocks differ.
#pragma once

#include <algorithm>
#include <chrono>

namespace mercat::async {

class deadline {
 public:
  using clock = std::chrono::steady_clock;

  explicit deadline(clock::time_point at) noexcept : at_(at) {}
  [[nodiscard]] static deadline in(clock::duration time) noexcept { return deadline{clock::now() + time}; }

  [[nodiscard]] clock::time_point at() const noexcept { return at_; }
  [[nodiscard]] bool passed() const noexcept { return clock::now() >= at_; }
  // Never negative.
  [[nodiscard]] std::chrono::milliseconds remaining() const noexcept {
    return std::max(std::chrono::milliseconds{0},
                    std::chrono::duration_cast<std::chrono::milliseconds>(at_ - clock::now()));
  }
  // The earlier of this and `time` from now: a callee's own limit never extends its caller's.
  [[nodiscard]] deadline at_most(clock::duration time) const noexcept {
    return deadline{std::min(at_, clock::now() + time)};
  }

 private:
  clock::time_point at_;
};

}  // namespace mercat::async
