// How one event is handled: attempts with back-off until there is an effect, or none to be had.
#include "common/messaging/consumer_state.hpp"
#include "common/messaging/inbox_table.hpp"

#include <prometheus/counter.h>

#include <algorithm>
#include <utility>

namespace mercat::messaging {

namespace {

constexpr std::chrono::milliseconds database_time{1000};
constexpr std::chrono::milliseconds first_pause{100};
constexpr std::chrono::milliseconds longest_pause{2000};
constexpr std::chrono::milliseconds look_every{100};
constexpr int bugs_allowed = 3;

struct cause {
  bool transient = false;
  bool bug = false;
  std::string slug;
  std::chrono::milliseconds most_wait = longest_pause;
};

cause cause_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const error& known) {
    const bool passes = known.kind() == fault::unavailable || known.kind() == fault::too_slow ||
                        known.kind() == fault::too_many_requests;
    const std::chrono::milliseconds asked = known.retry_after().value_or(std::chrono::seconds{0});
    return {passes, known.kind() == fault::internal, known.slug(), std::max(asked, longest_pause)};
  } catch (const std::exception& other) {
    return {false, true, other.what()};
  } catch (...) {
    return {false, true, "unknown exception"};
  }
}

}  // namespace

bool consumer::state::goes_on(const progress& so_far) const {
  if (leaving) return false;
  if (so_far.effect_done) return true;
  return !stopping && std::ranges::any_of(so_far.deliveries,
                                          [this](const auto& each) { return each.generation == generation; });
}

async::task<void> consumer::state::handle(std::shared_ptr<state> self, in_work so_far) {
  for (auto pause = first_pause; self->goes_on(*so_far);) {
    std::exception_ptr failure;
    ++so_far->tries;
    try {
      const bool had_effect = co_await attempt_in_turn(self, *so_far);
      (had_effect ? self->applied : self->duplicate).Increment();
    } catch (...) {
      failure = std::current_exception();
    }
    if (!failure) {
      self->answer(*so_far, true);
      co_return;
    }
    const auto why = cause_of(failure);
    if (why.bug) ++so_far->bugs;
    if (!why.transient && (!why.bug || so_far->bugs >= bugs_allowed)) {
      self->give_up(*so_far, why.slug);
      co_return;
    }
    if (self->goes_on(*so_far)) self->note_retry(*so_far, why.slug);
    co_await wait(self, *so_far, pause);
    pause = std::min(pause * 2, why.most_wait);
  }
  if (!so_far->effect_done) co_return;
  self->logger.error("leaving with an effect that the inbox does not know: it will be repeated",
                     {{"event", so_far->item.id}, {"type", so_far->item.type}});
}

// true: the effect is there now; false: it was there before. Throws when there is none.
async::task<bool> consumer::state::attempt_in_turn(std::shared_ptr<state> self, progress& so_far) {
  if (!so_far.redelivered || so_far.effect_done) co_return co_await attempt(self, so_far);
  if (std::exchange(self->counting, true)) {
    const async::completion<bool> turn;
    self->counting_next.push_back(turn);
    co_await turn;
  }
  bool had_effect = false;
  std::exception_ptr failure;
  try {
    if (!self->goes_on(so_far)) throw error(fault::unavailable, "stopping", "the consumer stops");
    had_effect = co_await begin_counted(self, so_far);
    if (had_effect) had_effect = co_await attempt(self, so_far);
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) co_await take_back(self, so_far);
  self->pass_turn_on();
  if (failure) std::rethrow_exception(failure);
  co_return had_effect;
}

void consumer::state::pass_turn_on() {
  if (counting_next.empty()) {
    counting = false;
    return;
  }
  const auto next = std::move(counting_next.front());
  counting_next.pop_front();
  next.succeed(true);
}

// false: it has had its effect.
async::task<bool> consumer::state::begin_counted(std::shared_ptr<state> self, progress& so_far) {
  if (so_far.counted) co_return true;
  const int most = self->options.max_attempts;
  // Brought back from the dead letters, it has all its attempts again.
  const auto count = [&so_far, most](db::session& s) {
    const attempts known = begin_attempt(s, so_far.item);
    if (!known.processed && known.begun > most) forget_attempts(s, so_far.item.id);
    return known;
  };
  const attempts known = co_await self->database.transaction(async::deadline::in(database_time), count);
  so_far.checked = true;
  if (!known.processed && known.begun > most) {
    throw error(fault::conflict, "tried-too-often", "its handling never ended");
  }
  so_far.counted = true;
  if (known.processed) co_return false;
  co_return true;
}

async::task<bool> consumer::state::attempt(std::shared_ptr<state> self, progress& so_far) {
  const auto& handler = so_far.handler;
  if (handler.effect && !so_far.effect_done) {
    if (!so_far.checked) {
      const auto look = [&so_far](db::session& s) { return was_processed(s, so_far.item.id); };
      const bool known = co_await self->database.read(async::deadline::in(database_time), look);
      so_far.checked = true;
      if (known) co_return false;
    }
    co_await handler.effect(so_far.item);
    so_far.effect_done = true;
  }
  const auto apply = [&so_far, &handler](db::session& s) {
    if (!mark_processed(s, so_far.item)) return false;
    if (handler.apply) handler.apply(s, so_far.item);
    return true;
  };
  const bool fresh = co_await self->database.transaction(async::deadline::in(database_time), apply);
  if (fresh && self->options.committed) self->options.committed();
  co_return fresh;
}

// An attempt that failed but ended does not count. If that cannot be written down now, it is counted once
// only.
async::task<void> consumer::state::take_back(std::shared_ptr<state> self, progress& so_far) {
  if (!so_far.counted) co_return;
  try {
    const auto end = [&so_far](db::session& s) { end_attempt(s, so_far.item.id); };
    co_await self->database.transaction(async::deadline::in(database_time), end);
    so_far.counted = false;
  } catch (const std::exception&) {
  }
}

async::task<void> consumer::state::wait(std::shared_ptr<state> self, const progress& so_far,
                                        std::chrono::milliseconds time) {
  const auto until = async::deadline::in(time);
  while (self->goes_on(so_far) && !until.passed()) {
    co_await self->broker.loop().sleep(std::min(look_every, time));
  }
}

}  // namespace mercat::messaging
