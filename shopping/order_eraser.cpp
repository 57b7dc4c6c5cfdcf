#include "shopping/order_eraser.hpp"

#include "common/async/task.hpp"
#include "shopping/order_erasure_store.hpp"

#include <atomic>
#include <exception>
#include <utility>

namespace mercat::shopping {

namespace {

constexpr std::chrono::milliseconds database_time{1000};
constexpr int parts_in_a_look = 20;

// false: nothing is left to do.
bool erase_a_part(db::session& s) {
  const auto next = store::take_erasure(s);
  if (next) store::go_on(s, *next);
  return next.has_value();
}

}  // namespace

// On the loop's thread, but what is atomic.
struct order_eraser::state {
  state(db::pool& pool, async::event_loop& on, log::logger& log) : database(pool), loop(on), logger(log) {}

  db::pool& database;
  async::event_loop& loop;
  log::logger& logger;
  bool failing = false;
  std::atomic<bool> running{false};
  std::atomic<bool> stopping{false};
  std::unique_ptr<async::repeating_timer> timer;

  void look() {
    if (stopping.load() || running.exchange(true)) return;
    async::spawn(run(), [this](std::exception_ptr) {
      running.store(false);
      running.notify_all();
    });
  }

  async::task<void> run() {
    try {
      bool more = true;
      for (int part = 0; more && part < parts_in_a_look && !stopping.load(); ++part)
        more = co_await database.transaction(async::deadline::in(database_time), erase_a_part);
      failing = false;
    } catch (const std::exception& failure) {  // the next look goes on with it
      if (!std::exchange(failing, true))
        logger.warning("personal data of deleted customers waits to be taken out of their orders",
                       {{"reason", std::string_view{failure.what()}}});
    }
  }
};

order_eraser::order_eraser(db::pool& database, async::event_loop& loop, order_eraser_options options,
                           log::logger& logger)
    : state_(std::make_unique<state>(database, loop, logger)) {
  state_->timer = loop.every(options.between_looks, [inner = state_.get()] { inner->look(); });
}

order_eraser::~order_eraser() {
  stop();
  state_->timer.reset();
  state_->running.wait(true);
  state_->loop.run_and_wait([] {});  // what said so has ended too
}

void order_eraser::stop() noexcept {
  state_->stopping.store(true);
}

bool order_eraser::idle() const noexcept {
  return !state_->running.load();
}

}  // namespace mercat::shopping
