// keyed_turns: one at a time per key. Coroutines that want the same key go one after the other, in the order
// in which they asked; different keys never wait for each other.
//
//   const auto turn = co_await turns.take(email.key(), request.deadline);  // until the end of the scope
//
// Who waits longer than its deadline gives up; the others keep their places. Only who waits costs anything
// beyond a look into a map. There is no bound on the number of those that wait: callers have one (requests in
// flight). Thread-safe; each waiter resumes on its own executor.
#pragma once

#include "common/async/event_loop.hpp"
#include "common/async/task.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace mercat::async {

class keyed_turns {
 public:
  // timers: the loop that watches the deadlines of those that wait.
  explicit keyed_turns(event_loop& timers);

  // Having it is one's turn; its end, on any thread, is the next one's. May outlive the keyed_turns.
  class turn;

  // Throws error(fault::too_slow, "turn-too-late").
  [[nodiscard]] task<turn> take(std::string key, deadline until);

  // Keys somebody has; those that wait for this key, given up or not. For tests.
  [[nodiscard]] std::size_t keys() const;
  [[nodiscard]] std::size_t waiting(const std::string& key) const;

 private:
  struct state;
  event_loop& timers_;
  std::shared_ptr<state> state_;
};

class keyed_turns::turn {
 public:
  turn(turn&& other) noexcept = default;
  turn& operator=(turn&&) = delete;
  ~turn();

 private:
  friend class keyed_turns;
  turn(std::shared_ptr<state> owner, std::string key) noexcept
      : owner_(std::move(owner)), key_(std::move(key)) {}
  std::shared_ptr<state> owner_;
  std::string key_;
};

}  // namespace mercat::async
