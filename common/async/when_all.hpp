// when_all: awaits several tasks that run interleaved on the caller's executor. All of them end before it
// returns, also when one fails; then the first failure, in the order given, is thrown.
#pragma once

#include "common/async/task.hpp"

#include <cstddef>
#include <tuple>
#include <utility>
#include <vector>

namespace mercat::async {

namespace detail {

// Counts down on one thread: all tasks of a when_all share their awaiter's executor.
struct countdown {
  std::size_t pending;
  std::coroutine_handle<> waiter;

  void one_done() {
    if (--pending == 0) waiter.resume();
  }
};

template <class T>
struct slot {
  std::exception_ptr failure;
  std::optional<T> value;
  T take() {
    if (failure) std::rethrow_exception(failure);
    return std::move(*value);
  }
};

template <class Start>
struct all_awaiter {
  countdown& count;
  Start start;
  bool await_ready() noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> self) {
    count.waiter = self;
    start();
    return --count.pending != 0;  // our own share: all tasks may have ended without suspending
  }
  void await_resume() noexcept {}
};

template <class T>
void start_into(task<T> work, slot<T>& into, countdown& count) {
  spawn(std::move(work), [&into, &count](std::exception_ptr failure, std::optional<T> value) {
    into.failure = failure;
    into.value = std::move(value);
    count.one_done();
  });
}

}  // namespace detail

template <class... Ts>
task<std::tuple<Ts...>> when_all(task<Ts>... tasks) {
  std::tuple<detail::slot<Ts>...> slots;
  detail::countdown count{sizeof...(Ts) + 1, {}};
  auto start = [&]<std::size_t... I>(std::index_sequence<I...>) {
    (detail::start_into(std::move(tasks), std::get<I>(slots), count), ...);
  };
  auto start_each = [&] { start(std::index_sequence_for<Ts...>{}); };
  co_await detail::all_awaiter<decltype(start_each)>{count, start_each};
  co_return std::apply([](auto&... each) { return std::tuple<Ts...>{each.take()...}; }, slots);
}

template <class T>
task<std::vector<T>> when_all(std::vector<task<T>> tasks) {
  std::vector<detail::slot<T>> slots(tasks.size());
  detail::countdown count{tasks.size() + 1, {}};
  auto start_each = [&] {
    for (std::size_t i = 0; i < tasks.size(); ++i) detail::start_into(std::move(tasks[i]), slots[i], count);
  };
  co_await detail::all_awaiter<decltype(start_each)>{count, start_each};
  std::vector<T> values;
  values.reserve(slots.size());
  for (auto& each : slots) values.push_back(each.take());
  co_return values;
}

}  // namespace mercat::async
