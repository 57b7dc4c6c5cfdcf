// consumer: takes events from the service's durable queue, one handler per type, exactly one effect per
// event.
//
// Up to `prefetch` messages are handled at once, each by a coroutine of its own with its own back-off and its
// own transaction, so one that waits holds up no other until so many wait; they may overtake each other. The
// handler runs inside the database transaction that also writes the inbox row; the message is acknowledged
// after the commit; an event seen before is acknowledged without calling the handler.
//
// Failures (design section 6): a transient fault (unavailable, too_slow, too_many_requests) keeps the message
// and tries again in place with back-off, 0.1 s to 2 s, or to the error's retry_after where that is longer,
// for as long as it takes; malformed, not_found, conflict ... (permanent), unknown types and messages without
// an id go to the dead letters at once; an internal fault, that is a bug of ours, after three tries. A
// handling that never ends because the process dies in it is counted in the inbox BEFORE the handler runs,
// from the first redelivery on, and such counted attempts are made one at a time, so that only the event a
// process dies of is counted: after max_attempts of them the message is given up. An attempt that ends,
// however badly, is taken back from the count, so that an outage of any length gives nothing up. What was
// given up leaves no trace in the inbox: replayed from the dead letters it is handled as if it came first.
//
// An effect outside the database (an e-mail) goes into `effect`, a coroutine awaited before the transaction.
// Once it is done, the transaction is tried until it succeeds, whatever becomes of the connection, and what
// the broker meanwhile delivers again joins it. It is repeated only when this process ends between the effect
// and the commit, or when another replica gets the redelivery before the commit.
//
// When the connection is lost, what is being attempted ends without an acknowledgement; the message comes
// again and is found in the inbox. Rows of the inbox are kept for remember_for: longer than any message may
// wait.
#pragma once

#include "common/amqp/connection.hpp"
#include "common/async/event_loop.hpp"
#include "common/db/pool.hpp"
#include "common/messaging/event.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace mercat::messaging {

struct event_handler {
  // Must be idempotent as a whole together with the inbox: only writes through the session.
  std::function<void(db::session&, const event&)> apply;
  // Optional, awaited before apply, on the connection's loop.
  std::function<async::task<void>(const event&)> effect{};
};

struct consumer_options {
  std::string queue;            // "shopping.events"
  std::uint16_t prefetch = 16;  // handled at once
  int max_attempts = 20;        // process deaths while handling one message
  std::chrono::hours remember_for{24 * 14};
  // Called on the connection's loop after each commit of an effect: the relay's wake, where handlers write
  // events.
  std::function<void()> committed{};
};

// Everything given must outlive the consumer.
class consumer {
 public:
  consumer(amqp::connection& broker, db::pool& database, consumer_options options,
           std::map<std::string, event_handler> handlers, log::logger& logger, metrics::registry& metrics);
  // stop(), then waits for the attempts under way, and for no other; not on the loop's thread.
  ~consumer();

  // Takes no new message; what is being attempted ends first, and an effect that is done gets its inbox row.
  // For draining. What waits for another attempt goes to another replica when the connection closes.
  void stop();
  [[nodiscard]] bool idle() const noexcept;

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace mercat::messaging
