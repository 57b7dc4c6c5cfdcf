// event_loop: a thread with a libev loop; the executor of everything that is not the HTTP server's reactor:
// AMQP connections, the HTTP client, timers, signals. The libev loop may be touched on its own thread only.
#pragma once

#include "common/async/deadline.hpp"
#include "common/async/executor.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

struct ev_loop;

namespace mercat::async {

// A repeating call on an event_loop's thread, until destroyed. Destroy it on any thread but inside its call;
// after destruction the call does not run any more.
class repeating_timer;

class event_loop final : public executor {
 public:
  // name: at most 15 characters, the thread's name in top and gdb.
  explicit event_loop(std::string name);
  ~event_loop() override;  // stop(), then joins

  void post(work item) override;
  // Runs the work on the loop's thread and waits for it; rethrows what it throws. Never call it from a
  // coroutine: it blocks. For start and stop of components.
  void run_and_wait(const std::function<void()>& item);

  // Calls `item` on the loop's thread at the given time (0 or more from now). One-shot.
  void call_at(deadline::clock::time_point at, work item);
  // First call after one interval.
  [[nodiscard]] std::unique_ptr<repeating_timer> every(std::chrono::milliseconds interval, work item);

  // co_await loop.sleep(d): resumes on the awaiting coroutine's own executor.
  [[nodiscard]] auto sleep(deadline::clock::duration time);

  // On the loop's thread only: for libev watchers of components.
  [[nodiscard]] struct ev_loop* native() noexcept;
  // Grows at least every 250 ms while the loop makes progress: for the watchdog.
  [[nodiscard]] std::uint64_t ticks() const noexcept;
  [[nodiscard]] const std::string& name() const noexcept;
  // Ends the loop; what is still posted runs first. Idempotent.
  void stop();

 private:
  friend class repeating_timer;
  struct state;
  std::unique_ptr<state> state_;
};

class repeating_timer {
 public:
  ~repeating_timer();
  repeating_timer(const repeating_timer&) = delete;
  repeating_timer& operator=(const repeating_timer&) = delete;

 private:
  friend class event_loop;
  struct state;
  repeating_timer(event_loop& loop, std::shared_ptr<state> shared);
  event_loop& loop_;
  std::shared_ptr<state> state_;
};

inline auto event_loop::sleep(deadline::clock::duration time) {
  struct awaiter {
    event_loop& loop;
    deadline::clock::time_point until;
    bool await_ready() const noexcept { return deadline::clock::now() >= until; }
    void await_suspend(std::coroutine_handle<> self) const {
      executor* home = &executor::current();
      loop.call_at(until, [home, self] { home->resume(self); });
    }
    void await_resume() const noexcept {}
  };
  return awaiter{*this, deadline::clock::now() + time};
}

}  // namespace mercat::async
