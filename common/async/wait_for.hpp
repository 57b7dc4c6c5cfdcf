// started_on, wait_for: how code that is no coroutine gets the result of one: commands that have nothing else
// to do, threads of their own, tests. `make` returns the task and is called on the loop's thread, where the
// task then runs. Its result, or exception, comes through the future.
//
// Never on a loop's own thread, which would wait for itself.
#pragma once

#include "common/async/event_loop.hpp"
#include "common/async/task.hpp"

#include <exception>
#include <future>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace mercat::async {

template <class Make>
auto started_on(event_loop& loop, Make make) {
  using result = typename std::invoke_result_t<Make&>::value_type;
  // Shared: whoever sets it may still be busy in it when the waiter has gone on.
  const auto promised = std::make_shared<std::promise<result>>();
  auto outcome = promised->get_future();
  loop.post([promised, make = std::move(make)]() mutable {
    if constexpr (std::is_void_v<result>) {
      spawn(make(), [promised](std::exception_ptr failure) {
        failure ? promised->set_exception(failure) : promised->set_value();
      });
    } else {
      spawn(make(), [promised](std::exception_ptr failure, std::optional<result> value) {
        failure ? promised->set_exception(failure) : promised->set_value(std::move(*value));
      });
    }
  });
  return outcome;
}

// Blocks; rethrows.
template <class Make>
auto wait_for(event_loop& loop, Make make) {
  return started_on(loop, [&make] { return make(); }).get();
}

}  // namespace mercat::async
