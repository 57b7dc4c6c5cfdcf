#include "common/messaging/consumer.hpp"

#include "common/messaging/consumer_state.hpp"
#include "common/messaging/inbox_table.hpp"

#include <prometheus/counter.h>

#include <algorithm>
#include <future>
#include <utility>

namespace mercat::messaging {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds database_time{1000};
constexpr std::chrono::milliseconds first_pause{100};
constexpr std::chrono::milliseconds longest_pause{2000};
constexpr std::chrono::milliseconds look_every{100};
constexpr int bugs_allowed = 3;
constexpr std::chrono::minutes forget_every{10};
constexpr std::int64_t forget_at_once = 500;

prometheus::Counter& outcomes(metrics::registry& registry, const std::string& queue, const char* outcome) {
  return registry.counter("mercat_events_consumed_total", "Events taken from the queue, by outcome",
                          {{"queue", queue}, {"outcome", outcome}});
}

struct cause {
  bool transient = false;
  bool bug = false;
  std::string slug;
};

cause cause_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const error& known) {
    const bool passes = known.kind() == fault::unavailable || known.kind() == fault::too_slow ||
                        known.kind() == fault::too_many_requests;
    return {passes, known.kind() == fault::internal, known.slug()};
  } catch (const std::exception& other) {
    return {false, true, other.what()};
  } catch (...) {
    return {false, true, "unknown exception"};
  }
}

}  // namespace

consumer::state::state(amqp::connection& over, db::pool& pool, consumer_options given,
                       std::map<std::string, event_handler> by_type, log::logger& log,
                       metrics::registry& metrics)
    : broker(over),
      database(pool),
      options(std::move(given)),
      handlers(std::move(by_type)),
      logger(log),
      applied(outcomes(metrics, options.queue, "applied")),
      duplicate(outcomes(metrics, options.queue, "duplicate")),
      rejected(outcomes(metrics, options.queue, "rejected")),
      retried(metrics.counter("mercat_events_retried_total", "Attempts that failed and are made again",
                              {{"queue", options.queue}})) {}

void consumer::state::on_open(amqp::channel& fresh) {
  ++generation;
  if (stopping) return;
  fresh.qos(options.prefetch);
  fresh.consume(options.queue, false);
  open = &fresh;
}

void consumer::state::on_closed() {
  ++generation;
  open = nullptr;
  delivered.clear();
}

void consumer::state::on_message(amqp::message&& item) {
  if (stopping) return;
  delivered.push_back(std::move(item));
  if (busy.exchange(true)) return;
  async::spawn(work(shared_from_this()), [self = shared_from_this()](std::exception_ptr) {
    self->busy = false;
    if (self->when_idle) self->when_idle();
  });
}

void consumer::state::stop_consuming() {
  delivered.clear();
  if (open == nullptr) return;
  try {
    open->cancel();
  } catch (const std::exception&) {
    // The connection broke: on_closed follows.
  }
}

async::task<void> consumer::state::work(std::shared_ptr<state> self) {
  while (!self->delivered.empty()) {
    const auto next = std::move(self->delivered.front());
    self->delivered.pop_front();
    co_await handle(self, next);
  }
}

void consumer::state::answer(std::uint64_t tag, std::uint64_t of_generation, bool accept) {
  // A tag of an earlier connection means another message on this one.
  if (open == nullptr || of_generation != generation) return;
  try {
    accept ? open->ack(tag) : open->reject(tag);
  } catch (const std::exception&) {
    // The connection broke: the message comes again.
  }
}

void consumer::state::give_up(const amqp::message& item, std::uint64_t of_generation,
                              std::string_view reason) {
  rejected.Increment();
  logger.error(
      "an event goes to the dead letters",
      {{"queue", options.queue}, {"event", item.message_id}, {"type", item.type}, {"reason", reason}});
  answer(item.delivery_tag, of_generation, false);
}

async::task<void> consumer::state::handle(std::shared_ptr<state> self, const amqp::message& item) {
  const auto mine = self->generation;
  if (item.message_id.empty() || item.message_id.size() > 64) {
    self->give_up(item, mine, "no message id");
    co_return;
  }
  const auto handler = self->handlers.find(item.type);
  if (handler == self->handlers.end()) {
    self->give_up(item, mine, "unknown type");
    co_return;
  }
  progress so_far{{item.message_id, item.type, item.body, item.traceparent}, item.redelivered};
  auto pause = first_pause;
  for (;;) {
    std::exception_ptr failure;
    try {
      const bool had_effect = co_await attempt(self, handler->second, so_far);
      (had_effect ? self->applied : self->duplicate).Increment();
    } catch (...) {
      failure = std::current_exception();
    }
    if (!failure) {
      self->answer(item.delivery_tag, mine, true);
      co_return;
    }
    const auto why = cause_of(failure);
    if (why.bug) ++so_far.bugs;
    if (!why.transient && (!why.bug || so_far.bugs >= bugs_allowed)) {
      self->give_up(item, mine, why.slug);
      co_return;
    }
    co_await take_back(self, so_far);
    self->note_retry(so_far, why.slug);
    if (!co_await wait(self, pause, mine)) co_return;
    pause = std::min(pause * 2, longest_pause);
  }
}

void consumer::state::note_retry(progress& so_far, std::string_view reason) {
  retried.Increment();
  if (std::exchange(so_far.told, true)) return;
  logger.warning("an event is tried again until it succeeds",
                 {{"event", so_far.item.id}, {"type", so_far.item.type}, {"reason", reason}});
}

// true: the effect is there now; false: it was there before. Throws when there is none.
async::task<bool> consumer::state::attempt(std::shared_ptr<state> self, const event_handler& handler,
                                           progress& so_far) {
  if (so_far.redelivered && !so_far.counted) {
    const auto count = [&so_far](db::session& s) { return begin_attempt(s, so_far.item); };
    const attempts known = co_await self->database.transaction(async::deadline::in(database_time), count);
    so_far.counted = so_far.checked = true;
    if (known.processed) co_return false;
    if (known.begun > self->options.max_attempts) {
      throw error(fault::conflict, "tried-too-often", "its handling never ended");
    }
  }
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

// false: no use in trying again, because the consumer leaves or the message is not ours any more.
async::task<bool> consumer::state::wait(std::shared_ptr<state> self, std::chrono::milliseconds time,
                                        std::uint64_t of_generation) {
  const auto until = async::deadline::in(time);
  while (!self->stopping && self->generation == of_generation) {
    if (until.passed()) co_return true;
    co_await self->broker.loop().sleep(std::min(look_every, time));
  }
  co_return false;
}

async::task<void> consumer::state::clean(std::shared_ptr<state> self) {
  try {
    std::uint64_t forgotten = forget_at_once;
    while (!self->stopping && forgotten >= forget_at_once) {
      const auto work = [&self](db::session& s) {
        return forget(s, self->options.remember_for, forget_at_once);
      };
      forgotten = co_await self->database.transaction(async::deadline::in(database_time), work);
    }
  } catch (const std::exception&) {
    // The next round does it.
  }
}

void consumer::state::start_cleaning() {
  if (stopping || std::exchange(cleaning, true)) return;
  async::spawn(clean(shared_from_this()), [self = shared_from_this()](std::exception_ptr) {
    self->cleaning = false;
    if (self->when_idle) self->when_idle();
  });
}

consumer::consumer(amqp::connection& broker, db::pool& database, consumer_options options,
                   std::map<std::string, event_handler> handlers, log::logger& logger,
                   metrics::registry& metrics)
    : state_(std::make_shared<state>(broker, database, std::move(options), std::move(handlers), logger,
                                     metrics)) {
  state_->cleaner = broker.loop().every(forget_every, [self = state_.get()] { self->start_cleaning(); });
  broker.add(*state_);
}

consumer::~consumer() {
  stop();
  state_->cleaner.reset();
  state_->broker.remove(*state_);
  const auto idle = std::make_shared<std::promise<void>>();
  state_->broker.loop().post([self = state_, idle] {
    self->on_closed();
    self->when_idle = [raw = self.get(), idle] {
      if (!raw->busy && !raw->cleaning) idle->set_value();
    };
    self->when_idle();
  });
  idle->get_future().get();
}

void consumer::stop() {
  if (state_->stopping.exchange(true)) return;
  state_->broker.loop().post([self = state_] { self->stop_consuming(); });
}

bool consumer::idle() const noexcept {
  return !state_->busy;
}

}  // namespace mercat::messaging
