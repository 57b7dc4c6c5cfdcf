// completion<T>: the bridge from callbacks to coroutines. One thread awaits it, another one (or the same)
// completes it, once; a second completion is ignored, so that "answer" and "deadline passed" may race.
// The awaiter resumes on its own executor. Thread-safe; copies share one state.
#pragma once

#include "common/async/executor.hpp"

#include <atomic>
#include <coroutine>
#include <exception>
#include <memory>
#include <utility>
#include <variant>

namespace mercat::async {

template <class T>
class completion {
 public:
  completion() : shared_(std::make_shared<shared>()) {}

  // true: this call decided the outcome.
  bool succeed(T value) const {
    return decide([&](auto& outcome) { outcome.template emplace<1>(std::move(value)); });
  }
  bool fail(std::exception_ptr failure) const {
    return decide([&](auto& outcome) { outcome.template emplace<2>(std::move(failure)); });
  }
  [[nodiscard]] bool decided() const noexcept { return shared_->claimed.load(std::memory_order_acquire); }

  // co_await, once.
  auto operator co_await() const noexcept {
    struct awaiter {
      std::shared_ptr<shared> state;
      bool await_ready() const noexcept { return state->stage.load(std::memory_order_acquire) == done; }
      bool await_suspend(std::coroutine_handle<> self) {
        state->home = &executor::current();
        state->waiter = self;
        int expected = idle;
        // Lost against the completing thread: do not suspend. After a won exchange the frame, this awaiter
        // included, may be gone: nothing may be touched any more.
        return state->stage.compare_exchange_strong(expected, awaited, std::memory_order_acq_rel);
      }
      T await_resume() {
        if (state->outcome.index() == 2) std::rethrow_exception(std::get<2>(state->outcome));
        return std::move(std::get<1>(state->outcome));
      }
    };
    return awaiter{shared_};
  }

 private:
  enum stage : int { idle, awaited, done };

  struct shared {
    std::atomic<bool> claimed{false};
    std::atomic<int> stage{idle};
    std::variant<std::monostate, T, std::exception_ptr> outcome;
    executor* home = nullptr;
    std::coroutine_handle<> waiter;
  };

  template <class Store>
  bool decide(Store store) const {
    if (shared_->claimed.exchange(true, std::memory_order_acq_rel)) return false;
    store(shared_->outcome);
    const auto keep = shared_;
    if (keep->stage.exchange(done, std::memory_order_acq_rel) == awaited) keep->home->resume(keep->waiter);
    return true;
  }

  std::shared_ptr<shared> shared_;
};

}  // namespace mercat::async
