#include "crm-mailer/erasure.hpp"

#include "common/amqp/queue_sieve.hpp"
#include "common/async/wait_for.hpp"
#include "common/json/document.hpp"
#include "common/number.hpp"
#include "crm-mailer/store.hpp"

#include <prometheus/counter.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <pthread.h>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace mercat::crm_mailer {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds database_time{1000};
constexpr milliseconds sweep_time{30'000};
constexpr milliseconds after_failure{2000};
// A letter of the customer may be on its way to the dead letters.
constexpr milliseconds once_more{10'000};
constexpr std::size_t asked_at_once = 1000;

}  // namespace

struct dead_letter_eraser::state {
  state(amqp::connection_options with, eraser_options chosen, async::event_loop& on, db::pool& pool,
        log::logger& log, metrics::registry& metrics)
      : broker(std::move(with)),
        options(std::move(chosen)),
        loop(on),
        database(pool),
        logger(log),
        erased(metrics.counter("mercat_dead_letters_erased_total",
                               "Dead letters with the address of a deleted customer that were taken out")) {}

  const amqp::connection_options broker;
  const eraser_options options;
  async::event_loop& loop;
  db::pool& database;
  log::logger& logger;
  prometheus::Counter& erased;

  std::mutex mutex;
  std::condition_variable_any changed;
  bool wanted = true;
  bool told = false;    // of a failure, once per outage
  std::jthread worker;  // the last member: it ends first

  void work(const std::stop_token& stop);
  [[nodiscard]] bool sweep(const std::stop_token& stop);
  [[nodiscard]] std::set<std::string> deleted_among(const std::set<std::string>& customers);
  [[nodiscard]] std::vector<std::int64_t> ask_database(std::vector<std::int64_t> ids);
};

void dead_letter_eraser::state::work(const std::stop_token& stop) {
  pthread_setname_np(pthread_self(), "dead letters");
  milliseconds pause = options.every;
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex);
      changed.wait_for(lock, stop, pause, [this] { return wanted; });
      if (stop.stop_requested()) return;
      pause = options.every;
      if (std::exchange(wanted, false)) pause = std::min(pause, once_more);
    }
    if (!sweep(stop)) pause = std::min(pause, after_failure);
  }
}

bool dead_letter_eraser::state::sweep(const std::stop_token& stop) {
  const amqp::sieve of_deleted_customers{
      .mark = [](const amqp::message& item) { return addressee(item.body); },
      .pick = [this](const std::set<std::string>& customers) { return deleted_among(customers); }};
  try {
    const auto done = amqp::sift(broker, options.queue, of_deleted_customers, sweep_time, stop);
    told = false;
    if (done.taken_out > 0) {
      erased.Increment(static_cast<double>(done.taken_out));
      logger.info("dead letters of deleted customers are erased",
                  {{"count", static_cast<std::int64_t>(done.taken_out)}});
    }
    if (!done.whole) {
      logger.error(
          "there are more dead letters than can be looked through for addresses of deleted customers",
          {{"queue", options.queue}, {"seen", static_cast<std::int64_t>(done.seen)}});
    }
    return done.all_came;
  } catch (const std::exception& problem) {
    if (!stop.stop_requested() && !std::exchange(told, true)) {
      logger.warning("dead letters cannot be looked through now, trying on",
                     {{"queue", options.queue}, {"reason", problem.what()}});
    }
    return false;
  }
}

std::set<std::string> dead_letter_eraser::state::deleted_among(const std::set<std::string>& customers) {
  std::set<std::string> found;
  std::vector<std::int64_t> ids;
  const auto ask = [&] {
    for (const auto id : ask_database(std::exchange(ids, {}))) found.insert(std::to_string(id));
  };
  for (const auto& each : customers) {
    ids.push_back(whole_number<std::int64_t>(each).value());
    if (ids.size() == asked_at_once) ask();
  }
  if (!ids.empty()) ask();
  return found;
}

std::vector<std::int64_t> dead_letter_eraser::state::ask_database(std::vector<std::int64_t> ids) {
  const auto look = [&ids](db::session& s) { return store::deleted_among(s, ids); };
  return async::wait_for(loop, [&] { return database.read(async::deadline::in(database_time), look); });
}

dead_letter_eraser::dead_letter_eraser(amqp::connection_options broker, eraser_options options,
                                       async::event_loop& loop, db::pool& database, log::logger& logger,
                                       metrics::registry& metrics)
    : state_(
          std::make_unique<state>(std::move(broker), std::move(options), loop, database, logger, metrics)) {
  state_->worker = std::jthread([self = state_.get()](const std::stop_token& stop) { self->work(stop); });
}

dead_letter_eraser::~dead_letter_eraser() = default;

void dead_letter_eraser::soon() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->wanted = true;
  }
  state_->changed.notify_one();
}

std::string addressee(std::string_view body) {
  try {
    const auto data = json::document::parse(body);
    if (!data.root().IsObject()) return {};
    const auto* address = json::member(data.root(), "email");
    const auto customer = json::integer(data.root(), "customerId");
    if (address == nullptr || address->IsNull() || !customer || *customer <= 0) return {};
    return std::to_string(*customer);
  } catch (const std::exception&) {
    return {};
  }
}

}  // namespace mercat::crm_mailer
