#include "common/async/keyed_turns.hpp"

#include "common/async/completion.hpp"
#include "common/error.hpp"

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

namespace mercat::async {

namespace {

using waiter = completion<bool>;

std::exception_ptr too_late() {
  return std::make_exception_ptr(
      error(fault::too_slow, "turn-too-late", "others who asked for the same were not done in time"));
}

}  // namespace

struct keyed_turns::state {
  mutable std::mutex mutex;
  std::map<std::string, std::deque<waiter>> taken;  // by key that somebody has: those behind

  // Null: it is the caller's turn at once.
  std::optional<waiter> enter(const std::string& key) {
    const std::lock_guard lock(mutex);
    const auto [place, first] = taken.try_emplace(key);
    if (first) return std::nullopt;
    return place->second.emplace_back();
  }

  void pass_on(const std::string& key) {
    const std::lock_guard lock(mutex);
    const auto place = taken.find(key);
    while (!place->second.empty()) {
      const auto next = std::move(place->second.front());
      place->second.pop_front();
      if (next.succeed(true)) return;  // false: it gave up
    }
    taken.erase(place);
  }
};

keyed_turns::keyed_turns(event_loop& timers) : timers_(timers), state_(std::make_shared<state>()) {}

task<keyed_turns::turn> keyed_turns::take(std::string key, deadline until) {
  const auto owner = state_;
  const auto place = owner->enter(key);
  if (place) {
    const auto& waiting = *place;
    timers_.call_at(until.at(), [waiting] { waiting.fail(too_late()); });
    co_await waiting;
  }
  co_return turn{owner, std::move(key)};
}

std::size_t keyed_turns::keys() const {
  const std::lock_guard lock(state_->mutex);
  return state_->taken.size();
}

std::size_t keyed_turns::waiting(const std::string& key) const {
  const std::lock_guard lock(state_->mutex);
  const auto place = state_->taken.find(key);
  return place == state_->taken.end() ? 0 : place->second.size();
}

keyed_turns::turn::~turn() {
  if (owner_) owner_->pass_on(key_);
}

}  // namespace mercat::async
