// executor: a thread that runs what is posted to it, in order. A reactor of the HTTP server and an event_loop
// are executors. A coroutine's home is the executor it runs on; awaitables remember it when they suspend
// (executor::current()) and post the resumption to it.
#pragma once

#include <coroutine>
#include <functional>

namespace mercat::async {

class executor {
 public:
  using work = std::function<void()>;

  executor() = default;
  executor(const executor&) = delete;
  executor& operator=(const executor&) = delete;
  virtual ~executor() = default;

  // From any thread. Never blocks, never runs the work before it returns. The work must not throw.
  virtual void post(work item) = 0;

  void resume(std::coroutine_handle<> coroutine) {
    post([coroutine] { coroutine.resume(); });
  }

  // The executor whose thread this is. It is a bug to await from a thread that is none: throws
  // std::logic_error.
  [[nodiscard]] static executor& current();
  [[nodiscard]] bool is_current() const noexcept;

 protected:
  // Called by an implementation at the start and at the end of its thread.
  void enter() noexcept;
  static void leave() noexcept;
};

}  // namespace mercat::async
