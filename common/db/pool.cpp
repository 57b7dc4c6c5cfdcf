#include "common/db/pool.hpp"

#include "common/db/connection.hpp"
#include "common/db/job_queue.hpp"
#include "common/db/pool_state.hpp"

#include <algorithm>
#include <pthread.h>
#include <random>
#include <utility>

namespace mercat::db {

namespace {

using std::chrono::milliseconds;
using clock = async::deadline::clock;

constexpr int max_attempts = 3;
constexpr milliseconds idle_check{5'000};
constexpr milliseconds stale_after{30'000};
constexpr milliseconds reconnect_interval{250};
constexpr std::chrono::seconds blocking_socket_timeout{300};

milliseconds jitter(milliseconds least, milliseconds most) {
  thread_local std::minstd_rand random{std::random_device{}()};
  return milliseconds{std::uniform_int_distribution<long>{least.count(), most.count()}(random)};
}

connect_options options_for(const pool_options& from) {
  connect_options to;
  to.address =
      from.socket.empty() ? "tcp://" + from.host + ":" + std::to_string(from.port) : "unix://" + from.socket;
  to.user = from.user;
  to.password = from.password;
  to.schema = from.schema;
  // Above the statement limit, so that a slow statement ends as an error and not with its connection.
  to.socket_timeout = std::chrono::floor<std::chrono::seconds>(from.time_limit) + std::chrono::seconds{1};
  to.statement_limit = from.time_limit;
  return to;
}

}  // namespace

pool::state::state(pool_options given, log::logger& log, metrics::registry& registry)
    : options(std::move(given)),
      logger(log),
      connect(options_for(options)),
      queue(options.max_queued),
      measured(registry, options.name) {}

std::unique_ptr<connection> pool::state::blocking_connection() const {
  auto patient = connect;
  patient.socket_timeout = blocking_socket_timeout;
  patient.statement_limit = milliseconds{0};
  return std::make_unique<connection>(patient, logger);
}

template <class Failure>
void pool::state::fail_all(job* first) {
  while (first != nullptr) {
    job& each = *std::exchange(first, first->next);
    each.failure = std::make_exception_ptr(Failure{});
    measured.refused(each.failure);
    each.finish();
  }
}

bool pool::state::reconnect(std::unique_ptr<connection>& link) {
  drop(link);
  try {
    link = std::make_unique<connection>(connect, logger);
    queue.connected();
    if (away.exchange(false)) logger.info("the database is back");
    return true;
  } catch (const lost_connection&) {
    if (!away.exchange(true)) {
      logger.warning("the database cannot be reached", {{"reason", connection::last_failure()}});
    }
    fail_all<lost_connection>(queue.connecting_failed());
    return false;
  }
}

void pool::state::drop(std::unique_ptr<connection>& link) {
  if (!link) return;
  link.reset();
  queue.disconnected();
}

void pool::state::work() {
  pthread_setname_np(pthread_self(), "database");
  const driver_thread driver;
  std::unique_ptr<connection> link;
  while (!queue.closed()) {
    if (!link && !reconnect(link)) {
      queue.pause(jitter(reconnect_interval / 2, reconnect_interval));
      continue;
    }
    job* const next = queue.take(idle_check);
    // Not on the hot path: a round trip for every unit would cost a quarter of the throughput.
    const bool check = next == nullptr || clock::now() - link->last_used() > stale_after;
    if (check && !queue.closed() && !link->alive() && !reconnect(link) && next == nullptr) continue;
    if (next == nullptr) continue;
    execute(*next, link);
    measured.ended(*next);
    queue.ended();
    next->finish();
    if (link && link->broken()) drop(link);
  }
  drop(link);
}

// Runs the job to its end, retries included.
void pool::state::execute(job& item, std::unique_ptr<connection>& link) {
  for (int attempt = 1;; ++attempt) {
    bool again = false;
    try {
      if (!link) throw lost_connection{};
      run_once(item, *link);
      item.failure = nullptr;
      return;
    } catch (const transient&) {
      item.failure = std::current_exception();
      again = item.kind == unit::transaction;
      if (again && attempt < max_attempts) queue.pause(jitter(milliseconds{2}, milliseconds{15} * attempt));
    } catch (const lost_connection&) {
      item.failure = std::current_exception();
      // A read may have handed out rows, a transaction has done nothing.
      again = link && (item.kind == unit::transaction || link->sent_in_unit() == 0) && !item.until.passed() &&
              reconnect(link);
    } catch (...) {
      item.failure = std::current_exception();
    }
    if (!again || attempt >= max_attempts || item.until.passed()) return;
  }
}

void pool::state::run_once(job& item, connection& link) {
  link.begin(item.kind, item.until);
  if (item.kind == unit::read) return item.call(item.work, link);
  link.start();
  try {
    item.call(item.work, link);
    link.commit();
  } catch (...) {
    link.rollback();
    throw;
  }
}

pool::pool(pool_options options, log::logger& logger, metrics::registry& metrics)
    : state_(std::make_shared<state>(std::move(options), logger, metrics)) {
  auto& self = *state_;
  metrics.observe("mercat_db_queued", "Units of work waiting for a database thread",
                  pool_metrics::labels_of(self.options.name), [weak = std::weak_ptr<state>(state_)] {
                    const auto alive = weak.lock();
                    return alive ? static_cast<double>(alive->queue.size()) : 0.;
                  });
  for (std::size_t i = 0; i < std::max<std::size_t>(1, self.options.threads); ++i) {
    self.threads.emplace_back([&self] { self.work(); });
  }
  self.threads.emplace_back([&self] {
    pthread_setname_np(pthread_self(), "database queue");
    self.queue.sweep([&self](job& overdue) {
      overdue.next = nullptr;
      self.fail_all<too_slow>(&overdue);
    });
  });
}

pool::~pool() {
  state_->fail_all<lost_connection>(state_->queue.close());
  for (auto& each : state_->threads) each.join();
}

bool pool::enqueue(job& item) {
  auto& self = *state_;
  item.submitted = clock::now();
  item.until = item.until.at_most(self.options.time_limit);
  switch (self.queue.push(item)) {
    case job_queue::pushed::queued:
      return true;
    case job_queue::pushed::full:
      item.failure = std::make_exception_ptr(
          error(fault::unavailable, "database-overloaded", "too much work is waiting for the database"));
      break;
    case job_queue::pushed::unreachable:
    case job_queue::pushed::closed:
      item.failure = std::make_exception_ptr(lost_connection{});
      break;
  }
  self.measured.refused(item.failure);
  return false;
}

void pool::run_blocking(const std::function<void(session&)>& work) {
  const driver_thread driver;
  const auto link = state_->blocking_connection();
  link->begin(unit::transaction, async::deadline{clock::time_point::max()});
  work(*link);
}

bool pool::reachable() const noexcept {
  return state_->queue.reachable();
}

std::size_t pool::queued() const noexcept {
  return state_->queue.size();
}

std::size_t pool::running() const noexcept {
  return state_->queue.running();
}

}  // namespace mercat::db
