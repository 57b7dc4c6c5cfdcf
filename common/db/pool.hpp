// pool: a few threads, each owning one connection to the service's own schema. Coroutines await units of
// work: plain synchronous code against a session.
//
//   auto id = co_await db.transaction(request.deadline, [&](db::session& s) { return store::insert(s,
//   account); });
//
// transaction(): START TRANSACTION, work, COMMIT, all as statements (the driver's commit() hides failures);
// an exception rolls back and is rethrown to the awaiter. db::transient, and a connection lost before COMMIT,
// are tried again, at most 3 times in all with jitter, within the deadline: so the work must have no effect
// outside its session. read(): no transaction, SELECTs only (execute() throws); repeated, once, when its
// connection turned out dead before the first answer.
//
// The unit's deadline is the caller's, and at most time_limit after it was submitted. Work still queued then
// is dropped: db::too_slow. The awaiter waits until work that has begun has ended (bounded: a statement by
// about the deadline's rest, a dead server by 2 s), so [&] captures are safe; nothing is committed after the
// deadline. Beyond max_queued: fault::unavailable "database-overloaded" at once. While no connection can be
// made: db::lost_connection at once; the workers try again every 250 ms by themselves, so it works again
// without being asked.
//
// Thread-safe. Await on an executor only.
#pragma once

#include "common/async/deadline.hpp"
#include "common/async/task.hpp"
#include "common/db/error.hpp"
#include "common/db/job.hpp"
#include "common/db/session.hpp"
#include "common/log/log.hpp"
#include "common/metrics/registry.hpp"

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

namespace mercat::db {

struct pool_options {
  std::string socket{};  // unix socket; if empty, TCP
  std::string host = "127.0.0.1";
  std::uint16_t port = 3306;
  std::string schema{};
  std::string user{};
  std::string password{};
  std::size_t threads = 4;
  std::size_t max_queued = 256;
  std::chrono::milliseconds time_limit{1000};  // of one unit of work, at most
  std::string name{};                          // of a service's second pool: label `pool` of what is measured
};

struct migration;

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

  // For start-up and seeding only: runs on the calling thread with a connection of its own, without the
  // limits of time above, each statement committed by itself.
  void run_blocking(const std::function<void(session&)>& work);

  // Has it a live connection, as far as it knows? An idle pool asks every 5 s. For /ready.
  [[nodiscard]] bool reachable() const noexcept;

  // What waits in the queue and what runs; for tests and metrics.
  [[nodiscard]] std::size_t queued() const noexcept;
  [[nodiscard]] std::size_t running() const noexcept;

 private:
  friend void migrate(pool& database, std::span<const migration> migrations, std::chrono::seconds patience,
                      log::logger& logger);

  // Suspends until the job is finished; rethrows its failure.
  auto run(job& item) noexcept {
    struct awaiter {
      pool& owner;
      job& item;
      bool await_ready() const noexcept { return false; }
      bool await_suspend(std::coroutine_handle<> self) {
        item.home = &async::executor::current();
        item.waiter = self;
        return owner.enqueue(item);
      }
      void await_resume() const {
        if (item.failure) std::rethrow_exception(item.failure);
      }
    };
    return awaiter{*this, item};
  }

  template <class Work>
  async::task<std::invoke_result_t<Work&, session&>> submit(unit kind, async::deadline until, Work work) {
    using result = std::invoke_result_t<Work&, session&>;
    if constexpr (std::is_void_v<result>) {
      job item{kind, until, &work, [](void* object, session& s) { (*static_cast<Work*>(object))(s); }};
      co_await run(item);
    } else {
      struct call {
        Work& work;
        std::optional<result> value{};
      } object{work};
      job item{kind, until, &object, [](void* opaque, session& s) {
                 auto& self = *static_cast<call*>(opaque);
                 self.value.emplace(self.work(s));
               }};
      co_await run(item);
      co_return std::move(*object.value);
    }
  }

  // false: refused, its failure says why. true: the job may be finished, and gone, already.
  bool enqueue(job& item);

  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace mercat::db
