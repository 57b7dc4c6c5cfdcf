// outbox: events written in the transaction of the change they tell of, and sent afterwards by the relay. So
// an event leaves if and only if its change was committed; it may leave twice (consumers have an inbox),
// never be lost. Tables: messaging/migrations (outbox, inbox), part of each service's schema.
#pragma once

#include "common/amqp/publisher.hpp"
#include "common/async/event_loop.hpp"
#include "common/db/pool.hpp"
#include "common/messaging/event.hpp"

#include <memory>
#include <string_view>

namespace mercat::messaging {

// Inside a transaction. Returns the event's id.
std::string add_to_outbox(db::session& s, std::string_view type, std::string_view data);

// Sends what is in the outbox: publisher confirms in a window, mandatory, back-off on failure. Several
// replicas may run one: each claims rows under a lease, so that in the normal case nothing is sent twice.
// Rows are deleted when confirmed. Runs on `loop`.
class relay {
 public:
  relay(db::pool& database, amqp::publisher& publisher, async::event_loop& loop, log::logger& logger,
        metrics::registry& metrics);
  ~relay();

  // To be called after a commit that wrote events: the relay looks at once instead of at its next round (500
  // ms).
  void wake();

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace mercat::messaging
