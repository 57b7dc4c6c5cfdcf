#include "shopping/order_sweeper.hpp"

#include "common/error.hpp"
#include "common/uuid.hpp"
#include "shopping/order_moves.hpp"
#include "shopping/order_sweep_store.hpp"

#include <prometheus/counter.h>

#include <algorithm>
#include <optional>

namespace mercat::shopping {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::chrono::seconds lease{10};
constexpr std::chrono::seconds look_limit{3};
constexpr std::int64_t most_at_once = 100;
// In time-outs: older than that no order stays PENDING, however far behind this service is.
constexpr int longest_pending = 10;
// A relay that works needs less to send an order.created.
constexpr std::chrono::milliseconds longest_wait{2'000};
// Looks further apart than that: this process was paused, and its connection may be dead without its knowing.
constexpr int most_looks_missed = 5;

}  // namespace

// On the loop's thread, but what is atomic.
struct order_sweeper::state final : amqp::channel_user {
  state(db::pool& pool, amqp::connection& over, order_sweeper_options given, std::function<void()> committed,
        log::logger& log, metrics::registry& metrics)
      : database(pool),
        broker(over),
        options(given),
        events_committed(std::move(committed)),
        logger(log),
        timed_out(metrics.counter("mercat_orders_timed_out_total",
                                  "Orders cancelled because nobody decided them in time")) {}

  db::pool& database;
  amqp::connection& broker;
  const order_sweeper_options options;
  const std::function<void()> events_committed;
  log::logger& logger;
  prometheus::Counter& timed_out;
  const std::string holder = uuid_v7();

  bool open = false;
  bool blocked = false;
  std::optional<clock::time_point> well_since;  // since when orders can be decided; none: they cannot now
  clock::time_point last_look = clock::now();
  std::atomic<bool> running{false};
  std::atomic<bool> stopping{false};
  std::unique_ptr<async::repeating_timer> timer;

  void on_open(amqp::channel& /*fresh*/) override {
    open = true;
    blocked = false;
  }
  void on_closed() override {
    open = false;
    well_since.reset();
  }
  void on_blocked(bool now) override {
    blocked = now;
    if (now) well_since.reset();
  }

  void look() {
    const auto now = clock::now();
    if (now - last_look > std::max<clock::duration>(most_looks_missed * options.between_looks, look_limit))
      well_since.reset();
    last_look = now;
    if (stopping.load() || running.exchange(true)) return;
    async::spawn(run(), [this](std::exception_ptr) {
      running.store(false);
      running.notify_all();
    });
  }

  async::task<void> run() {
    bool due = false;
    try {
      due = co_await is_due();
    } catch (const std::exception&) {
      well_since.reset();  // a time without the database is no time to decide in
    }
    if (!due) co_return;
    try {
      co_await sweep();
    } catch (const std::exception&) {  // the next look goes on with it
    }
  }

  // One that cannot be cancelled now does not hold up those behind it.
  [[nodiscard]] async::task<bool> time_out(const std::string& id, async::deadline until) {
    try {
      co_return co_await database.transaction(until, [&id](db::session& s) { return time_order_out(s, id); });
    } catch (const std::exception& failure) {
      logger.warning("an overdue order could not be cancelled",
                     {{"order", id}, {"reason", std::string_view{failure.what()}}});
      co_return false;
    }
  }

  [[nodiscard]] async::task<bool> is_due() {
    const auto until = async::deadline::in(look_limit);
    const auto wait = std::min(longest_wait, options.timeout / 4);
    const bool waits = co_await database.read(
        until, [wait](db::session& s) { return store::orders_wait_to_be_sent(s, wait); });
    if (!open || blocked || waits) {
      well_since.reset();
      co_return false;
    }
    const auto now = clock::now();
    if (!well_since) well_since = now;
    co_return now - *well_since >= options.timeout;
  }

  async::task<void> sweep() {
    const auto until = async::deadline::in(look_limit);
    const bool ours = co_await database.transaction(
        until, [this](db::session& s) { return store::hold_sweep(s, holder, lease); });
    if (!ours) co_return;
    const auto ids = co_await database.read(until, [this](db::session& s) {
      // What was decided in time may still wait here to be heard, behind so much that came before it.
      const auto age = options.timeout + store::decisions_lag(s);
      return store::overdue_orders(s, std::min(age, longest_pending * options.timeout), most_at_once);
    });
    for (const auto& id : ids) {
      // The connection may break between two of them.
      if (stopping.load() || !well_since || until.passed()) co_return;
      const bool moved = co_await time_out(id, until);
      if (!moved) continue;
      timed_out.Increment();
      events_committed();
      logger.warning("an order was not decided in time and is cancelled", {{"order", id}});
    }
  }
};

order_sweeper::order_sweeper(db::pool& database, amqp::connection& broker, order_sweeper_options options,
                             std::function<void()> events_committed, log::logger& logger,
                             metrics::registry& metrics)
    : state_(
          std::make_unique<state>(database, broker, options, std::move(events_committed), logger, metrics)) {
  broker.add(*state_);
  state_->timer = broker.loop().every(options.between_looks, [inner = state_.get()] { inner->look(); });
}

order_sweeper::~order_sweeper() {
  stop();
  state_->timer.reset();
  state_->running.wait(true);
  state_->broker.remove(*state_);
  state_->broker.loop().run_and_wait([] {});  // what said so has ended too
}

void order_sweeper::stop() noexcept {
  state_->stopping.store(true);
}

bool order_sweeper::idle() const noexcept {
  return !state_->running.load();
}

}  // namespace mercat::shopping
