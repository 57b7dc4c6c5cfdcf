#include "common/async/completion.hpp"
#include "common/messaging/outbox.hpp"
#include "common/messaging/outbox_table.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <optional>
#include <utility>

namespace mercat::messaging {

namespace {

using namespace std::chrono_literals;
using clock = async::deadline::clock;

constexpr std::size_t batch_size = 200;  // the publisher's window
// Longer than the publisher waits for a confirm, plus the time to write the outcome down.
constexpr std::chrono::seconds lease{15};
constexpr std::chrono::milliseconds round{500};
constexpr std::chrono::milliseconds pause_after_failure{250};
constexpr std::chrono::seconds measure_every{5};
constexpr std::chrono::seconds settle_within{10};
constexpr std::chrono::seconds time_to_leave{1};
constexpr std::chrono::milliseconds database_time{1000};

// Events on their way, and how many of them have no outcome yet. Loop thread only.
struct batch {
  std::vector<outbox_row> rows;
  std::size_t pending = 0;
  async::completion<bool> ended;
};

prometheus::Counter& outcomes(metrics::registry& registry, const char* outcome) {
  return registry.counter("mercat_outbox_events_total", "Events given to the broker, by outcome",
                          {{"outcome", outcome}});
}

}  // namespace

struct relay::state {
  state(db::pool& pool, amqp::publisher& to, async::event_loop& on, log::logger& log,
        metrics::registry& metrics)
      : database(pool),
        publisher(to),
        loop(on),
        logger(log),
        confirmed(outcomes(metrics, "confirmed")),
        returned(outcomes(metrics, "returned")),
        refused(outcomes(metrics, "refused")),
        unavailable(outcomes(metrics, "unavailable")),
        waiting(metrics.gauge("mercat_outbox_events", "Events that wait to be sent")),
        oldest(metrics.gauge("mercat_outbox_oldest_seconds", "Age of the oldest event that waits")) {}

  db::pool& database;
  amqp::publisher& publisher;
  async::event_loop& loop;
  log::logger& logger;
  prometheus::Counter& confirmed;
  prometheus::Counter& returned;
  prometheus::Counter& refused;
  prometheus::Counter& unavailable;
  prometheus::Gauge& waiting;
  prometheus::Gauge& oldest;

  std::atomic<bool> woken{false};  // a wake-up is on its way to the loop
  std::atomic<bool> stopping{false};
  // Loop thread only.
  bool due = true;
  bool failing = false;
  clock::time_point measured{};
  std::optional<async::completion<bool>> gate;
  std::shared_ptr<batch> under_way;

  std::unique_ptr<async::repeating_timer> timer;
  std::promise<void> over;

  void nudge();
  async::completion<bool> send(std::shared_ptr<batch> all);
  void settled(outbox_row& row, amqp::sent outcome);

  // Coroutines; `self` keeps the state alive.
  static async::task<void> run(std::shared_ptr<state> self);
  static async::task<bool> send_some(std::shared_ptr<state> self);
  static async::task<void> write_down(std::shared_ptr<state> self, std::shared_ptr<batch> all);
  static async::task<void> measure(std::shared_ptr<state> self);
};

void relay::state::nudge() {
  due = true;
  if (gate) gate->succeed(true);
}

async::task<void> relay::state::run(std::shared_ptr<state> self) {
  while (!self->stopping) {
    if (!self->due) {
      self->gate.emplace();
      const auto nudged = *self->gate;
      co_await nudged;
      self->gate.reset();
    }
    self->due = false;
    self->woken = false;  // before looking: a commit from here on wakes again
    if (self->stopping) break;
    bool failed = false;
    try {
      while (!self->stopping && self->publisher.ready() && co_await send_some(self)) {
      }
      if (clock::now() - self->measured >= measure_every) co_await measure(self);
      self->failing = false;
    } catch (const std::exception& failure) {
      if (!std::exchange(self->failing, true)) {
        self->logger.warning("the outbox cannot be read", {{"reason", std::string_view{failure.what()}}});
      }
      failed = true;
    }
    if (failed) co_await self->loop.sleep(pause_after_failure);
  }
}

// Claims, sends and settles one batch. true: there may be more to send.
async::task<bool> relay::state::send_some(std::shared_ptr<state> self) {
  auto all = std::make_shared<batch>();
  all->rows = co_await self->database.transaction(async::deadline::in(database_time),
                                                  [](db::session& s) { return claim(s, batch_size, lease); });
  if (all->rows.empty()) co_return false;
  const auto ended = self->send(all);
  co_await ended;
  self->under_way.reset();
  co_await write_down(self, all);
  const bool away = std::any_of(all->rows.begin(), all->rows.end(),
                                [](const auto& row) { return row.outcome == amqp::sent::unavailable; });
  if (away) co_await self->loop.sleep(pause_after_failure);
  co_return !away && all->rows.size() == batch_size;
}

async::completion<bool> relay::state::send(std::shared_ptr<batch> all) {
  auto ended = all->ended;
  all->pending = all->rows.size();
  under_way = all;
  for (std::size_t i = 0; i < all->rows.size(); ++i) {
    publisher.publish(all->rows[i].item, [this, all, i](amqp::sent outcome) {
      // After the end (a relay that leaves does not wait for ever) nobody looks any more.
      if (all->ended.decided()) return;
      settled(all->rows[i], outcome);
      if (--all->pending == 0) all->ended.succeed(true);
    });
  }
  return ended;
}

void relay::state::settled(outbox_row& row, amqp::sent outcome) {
  row.outcome = outcome;
  switch (outcome) {
    case amqp::sent::confirmed:
      return confirmed.Increment();
    case amqp::sent::unavailable:
      return unavailable.Increment();
    case amqp::sent::returned:
      returned.Increment();
      break;
    case amqp::sent::refused:
      refused.Increment();
      break;
  }
  logger.error("the broker did not take an event",
               {{"event", row.item.id},
                {"type", row.item.type},
                {"outcome", outcome == amqp::sent::returned ? "returned" : "refused"},
                {"attempts", std::int64_t{row.attempts} + 1}});
}

// Tried until the lease is nearly over: an outcome not written down is an event sent twice.
async::task<void> relay::state::write_down(std::shared_ptr<state> self, std::shared_ptr<batch> all) {
  const auto until = async::deadline::in(settle_within);
  for (;;) {
    std::exception_ptr failure;
    try {
      co_await self->database.transaction(async::deadline::in(database_time),
                                          [&all](db::session& s) { settle(s, all->rows); });
      co_return;
    } catch (...) {
      failure = std::current_exception();
    }
    if (until.passed() || self->stopping) std::rethrow_exception(failure);
    co_await self->loop.sleep(pause_after_failure);
  }
}

async::task<void> relay::state::measure(std::shared_ptr<state> self) {
  const auto found = co_await self->database.read(async::deadline::in(database_time),
                                                  [](db::session& s) { return depth(s); });
  self->measured = clock::now();
  self->waiting.Set(static_cast<double>(found.events));
  self->oldest.Set(static_cast<double>(found.oldest.count()));
}

relay::relay(db::pool& database, amqp::publisher& publisher, async::event_loop& loop, log::logger& logger,
             metrics::registry& metrics)
    : state_(std::make_shared<state>(database, publisher, loop, logger, metrics)) {
  state_->timer = loop.every(round, [self = state_.get()] { self->nudge(); });
  loop.post([self = state_] {
    async::spawn(state::run(self), [self](std::exception_ptr) { self->over.set_value(); });
  });
}

relay::~relay() {
  auto over = state_->over.get_future();
  state_->timer.reset();
  state_->stopping = true;
  state_->loop.post([self = state_] { self->nudge(); });
  if (over.wait_for(time_to_leave) == std::future_status::timeout) {
    // What has no outcome by now keeps its lease and is sent again afterwards.
    state_->loop.post([self = state_] {
      if (self->under_way) self->under_way->ended.succeed(false);
    });
    over.wait();
  }
}

void relay::wake() {
  if (state_->woken.exchange(true)) return;
  state_->loop.post([self = state_] { self->nudge(); });
}

}  // namespace mercat::messaging
