// pool: a few threads, each owning one connection to the service's own schema. Coroutines await units of
// work: plain synchronous code against a session.
//
//   auto id = co_await db.transaction(request.deadline, [&](db::session& s) { return store::insert(s,
//   account); });
//
// transaction(): START TRANSACTION, work, COMMIT, all as statements (the driver's commit() hides failures);
// an exception rolls back and is rethrown to the awaiter. db::transient is tried again, at most 3 times in
// all with jitter, within the deadline: so the work must have no effect outside its session. read(): no
// transaction, for single SELECTs; not retried after bytes were sent, retried once on a connection found dead
// before. The awaiter waits until work that has begun has ended (bounded: each statement by the deadline's
// rest, the socket by 1-2 s), so [&] captures are safe. Work still queued at the deadline is dropped:
// fault::too_slow "database-too-slow". Beyond max_queued, or with the circuit open: fault::unavailable at
// once. Thread-safe. Await on an executor only.
#pragma once

#include "common/async/deadline.hpp"
#include "common/async/task.hpp"
#include "common/db/error.hpp"
#include "common/db/session.hpp"
#include "common/log/log.hpp"
#include "common/metrics/registry.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

namespace mercat::db {

struct pool_options {
  std::string socket;  // unix socket; if empty, TCP
  std::string host = "127.0.0.1";
  std::uint16_t port = 3306;
  std::string schema;
  std::string user;
  std::string password;
  std::size_t threads = 4;
  std::size_t max_queued = 256;
  std::chrono::milliseconds time_limit{1000};  // of one unit of work, at most
};

enum class unit { transaction, read };

class pool {
 public:
  pool(pool_options options, log::logger& logger, metrics::registry& metrics);
  ~pool();  // waits for work that has begun; queued work fails with fault::unavailable

  template <class Work>
  auto transaction(async::deadline until, Work work) {
    return submit<Work>(unit::transaction, until, std::move(work));
  }
  template <class Work>
  auto read(async::deadline until, Work work) {
    return submit<Work>(unit::read, until, std::move(work));
  }

  // For start-up and seeding only: runs on the calling thread with a connection of its own.
  void run_blocking(const std::function<void(session&)>& work);

  // Did the last attempt to reach the database succeed? For /ready.
  [[nodiscard]] bool reachable() const noexcept;

  // What waits in the queue and what runs; for tests and metrics.
  [[nodiscard]] std::size_t queued() const noexcept;

 private:
  template <class Work>
  async::task<std::invoke_result_t<Work&, session&>> submit(unit kind, async::deadline until, Work work) {
    using result = std::invoke_result_t<Work&, session&>;
    if constexpr (std::is_void_v<result>) {
      co_await run(kind, until, [&work](session& s) { work(s); });
    } else {
      std::optional<result> value;
      co_await run(kind, until, [&work, &value](session& s) { value.emplace(work(s)); });
      co_return std::move(*value);
    }
  }
  async::task<void> run(unit kind, async::deadline until, std::function<void(session&)> work);

  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace mercat::db
