// consumer: takes events from the service's durable queue, one handler per type, exactly one effect per
// event.
//
// The handler runs inside the database transaction that also writes the inbox row; the message is
// acknowledged after the commit; an event seen before is acknowledged without calling the handler. Failures
// (design section 6): a transient fault keeps the message and tries again in place with back-off, for as long
// as it takes; fault::malformed, not_found, conflict … (permanent) and unknown types go to the dead letters
// at once; attempts are counted in the inbox BEFORE the handler runs, so a message that kills the process is
// given up after max_attempts. An effect outside the database (an e-mail) goes into `effect`, a coroutine
// awaited before the transaction: it may be repeated after a crash between it and the commit.
#pragma once

#include "common/amqp/connection.hpp"
#include "common/async/event_loop.hpp"
#include "common/db/pool.hpp"
#include "common/messaging/event.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace mercat::messaging {

struct event_handler {
  // Must be idempotent as a whole together with the inbox: only writes through the session.
  std::function<void(db::session&, const event&)> apply;
  // Optional, awaited before apply.
  std::function<async::task<void>(const event&)> effect;
};

struct consumer_options {
  std::string queue;  // "shopping.events"
  std::uint16_t prefetch = 16;
  int max_attempts = 20;  // process deaths while handling one message
};

class consumer {
 public:
  consumer(amqp::connection& broker, db::pool& database, consumer_options options,
           std::map<std::string, event_handler> handlers, log::logger& logger, metrics::registry& metrics);
  ~consumer();

  // Takes no new message; what is being handled ends first. For draining.
  void stop();
  [[nodiscard]] bool idle() const noexcept;

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace mercat::messaging
