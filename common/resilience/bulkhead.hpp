// bulkhead: a bound on calls under way to one upstream, so that a hung one cannot fill the process.
// Thread-safe.
//
//   auto place = bulkhead.enter();                // std::optional<bulkhead::place>: empty = full
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>

namespace mercat::resilience {

class bulkhead {
 public:
  explicit bulkhead(std::size_t places) noexcept : free_(static_cast<std::ptrdiff_t>(places)) {}

  class place {
   public:
    explicit place(bulkhead& owner) noexcept : owner_(&owner) {}
    place(place&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
    place& operator=(place&&) = delete;
    ~place() {
      if (owner_ != nullptr) owner_->free_.fetch_add(1, std::memory_order_acq_rel);
    }

   private:
    bulkhead* owner_;
  };

  [[nodiscard]] std::optional<place> enter() noexcept {
    if (free_.fetch_sub(1, std::memory_order_acq_rel) > 0) return place{*this};
    free_.fetch_add(1, std::memory_order_acq_rel);
    return std::nullopt;
  }

 private:
  std::atomic<std::ptrdiff_t> free_;
};

}  // namespace mercat::resilience
