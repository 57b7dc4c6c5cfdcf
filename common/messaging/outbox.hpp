// outbox: events written in the transaction of the change they tell of, and sent afterwards by the relay. So
// an event leaves if and only if its change was committed; it may leave twice (consumers have an inbox),
// never be lost. Tables: messaging/migrations (outbox, inbox), part of each service's schema.
#pragma once

#include "common/amqp/publisher.hpp"
#include "common/async/event_loop.hpp"
#include "common/db/pool.hpp"
#include "common/messaging/event.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace mercat::messaging {

// Inside a transaction. type: the routing key; data: a JSON object; traceparent: of the request that caused
// it, valid (traceparent.hpp) or empty. Returns the event's id.
std::string add_to_outbox(db::session& s, std::string_view type, std::string_view data,
                          std::string_view traceparent = {});

// Inside a transaction. Takes events of this type back that have not left yet: those whose data has this
// number as this member, a plain name like customerId. Returns how many. One that a relay is sending at this
// moment may still leave. Reads the whole outbox, which is short unless the broker is away, without locking
// it.
std::size_t take_from_outbox(db::session& s, std::string_view type, std::string_view member,
                             std::int64_t value);

// Sends what is in the outbox: publisher confirms in a window, mandatory, back-off on failure. Rows are
// deleted when confirmed. Several replicas may run one: each claims rows under a lease of 15 s, so that in
// the normal case nothing is sent twice, and what a dead replica had claimed is sent after it.
//
// Order: each relay sends in the order of the outbox. Two replicas' relays run beside each other, and an
// event that was returned or refused is sent again later, so events about one thing may arrive out of order:
// consumers go by the versions and states in the data. (One sender for all replicas would not end that,
// because ids are not given in the order of commits, and would cost every event of the others its wake-up.)
//
// `loop` is the publisher's connection's. Everything given must outlive the relay.
class relay {
 public:
  relay(db::pool& database, amqp::publisher& publisher, async::event_loop& loop, log::logger& logger,
        metrics::registry& metrics);
  ~relay();  // gives what is on its way a second to be confirmed; not on the loop's thread

  // To be called after a commit that wrote events: the relay looks at once instead of at its next round (500
  // ms). From any thread; cheap, calls coalesce.
  void wake();

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace mercat::messaging
