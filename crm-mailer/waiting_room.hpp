// waiting_room: mails that the mail server has postponed wait in the table postponed_mail, where they hold up
// no event, and are tried again from there after 5 s, 10 s, and so on up to every 5 minutes, the one that
// is due for the longest time first, one at a time per replica. So its work is bounded, however many wait.
//
// Who tries a mail has claimed it for a lease (a try that ends says when the next one is; one that dies with
// its process is made again when the lease is over), so several replicas try each mail once, and each try is
// handed over as for an event that has just come: not what went out already, not to who is deleted, not what
// came too late. A mail server that is away gives nothing up. What is refused for good, or still postponed
// give_up_after the first time, goes to the dead letters, which the mailer writes to through an exchange of
// its own; replayed from there, it has all its time again.
//
// On the broker connection's loop.
#pragma once

#include "common/amqp/publisher.hpp"
#include "common/async/event_loop.hpp"
#include "common/log/log.hpp"
#include "common/metrics/registry.hpp"
#include "crm-mailer/delivery.hpp"

#include <chrono>
#include <memory>

namespace mercat::crm_mailer {

class waiting_room {
 public:
  // dead_letters: publishes on the loop given. Everything must outlive it.
  waiting_room(const mailroom& room, amqp::publisher& dead_letters, async::event_loop& loop,
               log::logger& logger, metrics::registry& metrics,
               std::chrono::milliseconds between_looks = std::chrono::seconds{1});
  ~waiting_room();  // stop(), then waits for the try under way; not on the loop's thread
  waiting_room(const waiting_room&) = delete;
  waiting_room& operator=(const waiting_room&) = delete;

  void stop() noexcept;  // begins no other try; for draining
  [[nodiscard]] bool idle() const noexcept;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace mercat::crm_mailer
