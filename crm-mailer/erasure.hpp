// dead_letter_eraser: a mail that cannot be sent waits in crm-mailer.dead, with its address. Those of
// customers who were deleted are taken out: when asked to and again after 10 s, soon after it was started,
// and every few minutes, because a letter may come late (the broker moves them by itself) or be in another's
// hands at that moment.
//
// What decides is the table of deleted customers, so a sweep can be repeated, interrupted or made by several
// replicas at once; one that fails is made again. On a thread and a connection of its own: trouble with the
// dead letters holds up no mail.
#pragma once

#include "common/amqp/connection.hpp"
#include "common/async/event_loop.hpp"
#include "common/db/pool.hpp"
#include "common/log/log.hpp"
#include "common/metrics/registry.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace mercat::crm_mailer {

struct eraser_options {
  std::string queue = "crm-mailer.dead";
  std::chrono::milliseconds every{std::chrono::minutes{5}};
};

class dead_letter_eraser {
 public:
  // loop: where the database is awaited. It and the pool must outlive the eraser.
  dead_letter_eraser(amqp::connection_options broker, eraser_options options, async::event_loop& loop,
                     db::pool& database, log::logger& logger, metrics::registry& metrics);
  ~dead_letter_eraser();  // ends a sweep under way; not on the loop's thread

  // Thread-safe, does not wait: a sweep begins after this call.
  void soon();

 private:
  struct state;
  std::unique_ptr<state> state_;
};

// Whose address is in this message? The customer's id as text; nothing when there is no address in it, or
// nobody can say whose.
[[nodiscard]] std::string addressee(std::string_view body);

}  // namespace mercat::crm_mailer
