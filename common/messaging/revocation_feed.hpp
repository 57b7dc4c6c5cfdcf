// revocation_feed: tells this replica which sessions were ended. Every replica that verifies tokens has one:
// it hears customer.sessions-revoked through an exclusive queue of its own, and each time that queue begins
// it asks CUSTOMER_RPC for the revocations that a token may still meet, because events are lost on a queue
// that is not there. While the broker is away nothing new is heard: tokens then live on until they expire
// (docs/adr/0010).
#pragma once

#include "common/amqp/connection.hpp"
#include "common/auth/revocations.hpp"

#include <memory>
#include <string>

namespace mercat::messaging {

class revocation_feed {
 public:
  // replica: its queue is named after it. Everything given must outlive the feed.
  revocation_feed(amqp::connection& broker, const std::string& replica, auth::revocations& into,
                  log::logger& logger, metrics::registry& metrics);
  ~revocation_feed();  // not on the loop's thread

  // It hears, and knows what happened before it did. Thread-safe.
  [[nodiscard]] bool complete() const noexcept;

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace mercat::messaging
