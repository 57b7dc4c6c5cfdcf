// job: one unit of work on its way through a pool. It lives in the frame of the coroutine that awaits it, so
// queueing allocates nothing; whoever finishes it must not touch it after the resumption was posted.
#pragma once

#include "common/async/deadline.hpp"
#include "common/async/executor.hpp"
#include "common/db/session.hpp"

#include <coroutine>
#include <exception>
#include <utility>

namespace mercat::db {

// transaction: START TRANSACTION … COMMIT. read: SELECTs only, each by itself.
enum class unit { transaction, read };

struct job {
  job(unit kind_of_work, async::deadline over_by, void* work_object,
      void (*work_call)(void*, session&)) noexcept
      : kind(kind_of_work), until(over_by), work(work_object), call(work_call) {}

  unit kind;
  async::deadline until;
  void* work;
  void (*call)(void*, session&);
  async::deadline::clock::time_point submitted{};
  std::exception_ptr failure;
  async::executor* home = nullptr;
  std::coroutine_handle<> waiter;
  job* next = nullptr;

  // Wakes the awaiter on its executor. The job may be gone when this returns.
  void finish() noexcept {
    auto* const where = home;
    const auto who = waiter;
    where->resume(who);
  }
};

}  // namespace mercat::db
