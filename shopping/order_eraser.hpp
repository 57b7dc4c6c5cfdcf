// order_eraser: takes the personal data of deleted customers out of the orders that were too many for the
// transaction of customer.deleted. Each part is a transaction of its own that also notes how far it came
// (order_erasure), so it goes on where any process ended; a look does a bounded number of parts, one after
// the other. Any number of replicas may run one: at each customer there is one at a time.
#pragma once

#include "common/async/event_loop.hpp"
#include "common/db/pool.hpp"
#include "common/log/log.hpp"

#include <chrono>
#include <memory>

namespace mercat::shopping {

struct order_eraser_options {
  std::chrono::milliseconds between_looks{1'000};
};

class order_eraser {
 public:
  // loop: where it runs. Everything given must outlive it.
  order_eraser(db::pool& database, async::event_loop& loop, order_eraser_options options,
               log::logger& logger);
  ~order_eraser();  // stop(), then waits for the look under way; not on the loop's thread
  order_eraser(const order_eraser&) = delete;
  order_eraser& operator=(const order_eraser&) = delete;

  void stop() noexcept;
  [[nodiscard]] bool idle() const noexcept;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace mercat::shopping
