// consumer: takes events from the service's durable queue, one handler per type, exactly one effect per
// event.
//
// Messages are handled one after another. The handler runs inside the database transaction that also writes
// the inbox row; the message is acknowledged after the commit; an event seen before is acknowledged without
// calling the handler. Failures (design section 6): a transient fault (unavailable, too_slow,
// too_many_requests) keeps the message and tries again in place with back-off (0.1 to 2 s), for as long as it
// takes; malformed, not_found, conflict … (permanent), unknown types and messages without an id go to the
// dead letters at once; an internal fault, that is a bug of ours, after three tries. A handling that never
// ends because the process dies in it is counted in the inbox BEFORE the handler runs, from the first
// redelivery on: after max_attempts of them the message is given up. An attempt that ends, however badly, is
// taken back from the count, so that an outage of any length gives nothing up. An effect outside the database
// (an e-mail) goes into `effect`, a coroutine awaited before the transaction: it may be repeated after a
// crash between it and the commit.
//
// When the connection is lost, what is being handled ends without an acknowledgement; the message comes again
// and is found in the inbox. Rows of the inbox are kept for remember_for: longer than any message may wait.
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
  std::string queue;  // "shopping.events"
  std::uint16_t prefetch = 16;
  int max_attempts = 20;  // process deaths while handling one message
  std::chrono::hours remember_for{24 * 14};
};

// Everything given must outlive the consumer.
class consumer {
 public:
  consumer(amqp::connection& broker, db::pool& database, consumer_options options,
           std::map<std::string, event_handler> handlers, log::logger& logger, metrics::registry& metrics);
  ~consumer();  // stop(), then waits for what is being handled; not on the loop's thread

  // Takes no new message; what is being handled ends first. For draining. What was delivered and is not begun
  // goes to another replica when the connection closes.
  void stop();
  [[nodiscard]] bool idle() const noexcept;

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace mercat::messaging
