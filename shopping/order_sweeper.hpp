// order_sweeper: cancels what nobody decided. An order that has been PENDING for the time-out is cancelled
// with the reason "timeout", events included, in a transaction of its own.
//
// Only connected time counts: this replica looks for overdue orders when, for as long as the time-out, its
// broker connection was up without a break and not blocked, its database answered, and no order.created
// waited in the outbox. So an outage of the broker or the database, however long, cancels nothing that
// products had no chance to decide. Nor does what shopping itself keeps waiting: while it hears old events,
// as behind a large change of the catalogue, an order has that much more time, at most ten time-outs in all.
// One replica at a time sweeps, by a lease; the moves are conditional, so two could do no harm.
#pragma once

#include "common/amqp/connection.hpp"
#include "common/async/event_loop.hpp"
#include "common/async/task.hpp"
#include "common/db/pool.hpp"
#include "common/log/log.hpp"
#include "common/metrics/registry.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace mercat::shopping {

struct order_sweeper_options {
  std::chrono::milliseconds timeout{60'000};
  std::chrono::milliseconds between_looks{1'000};
};

class order_sweeper {
 public:
  // broker: the connection that the relay publishes on; the sweeper runs on its loop. events_committed:
  // called after each commit that wrote events (the relay's wake). Everything given must outlive it.
  order_sweeper(db::pool& database, amqp::connection& broker, order_sweeper_options options,
                std::function<void()> events_committed, log::logger& logger, metrics::registry& metrics);
  ~order_sweeper();  // stop(), then waits for the look under way; not on the loop's thread
  order_sweeper(const order_sweeper&) = delete;
  order_sweeper& operator=(const order_sweeper&) = delete;

  void stop() noexcept;
  [[nodiscard]] bool idle() const noexcept;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace mercat::shopping
