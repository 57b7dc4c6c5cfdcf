// first_build: builds the product replica in the background when it was never built. It tries every second
// until it has succeeded, here or in another replica of the service; it goes on at the page where products
// went away. Serving does not wait for it.
#pragma once

#include "common/async/event_loop.hpp"
#include "common/log/log.hpp"
#include "shopping/replica_build.hpp"

#include <atomic>
#include <memory>

namespace mercat::shopping {

class first_build {
 public:
  // Everything given must outlive it.
  first_build(db::pool& database, product_offers& offers, async::event_loop& loop, log::logger& logger);
  ~first_build();  // stop(), then waits for the step under way; not on the loop's thread
  first_build(const first_build&) = delete;
  first_build& operator=(const first_build&) = delete;

  // Ends after the step under way.
  void stop() noexcept { stopping_.store(true); }
  [[nodiscard]] bool idle() const noexcept { return !running_.load(); }
  [[nodiscard]] bool done() const noexcept { return done_.load(); }

 private:
  void look();
  [[nodiscard]] async::task<void> run();

  db::pool& database_;
  async::event_loop& loop_;
  log::logger& logger_;
  replica_build build_;
  bool told_ = false;  // on the loop's thread, like everything that is not atomic
  std::atomic<bool> running_{false};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> done_{false};
  std::unique_ptr<async::repeating_timer> timer_;
};

}  // namespace mercat::shopping
