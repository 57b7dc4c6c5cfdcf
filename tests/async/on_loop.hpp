// Runs a task on a loop's thread and waits for its result.
#pragma once

#include "common/async/event_loop.hpp"
#include "common/async/task.hpp"

#include <future>
#include <optional>

namespace mercat::async {

template <class T>
T result_on(event_loop& loop, task<T> work) {
  std::promise<T> done;
  loop.post([&] {
    spawn(std::move(work), [&done](std::exception_ptr failure, std::optional<T> value) {
      if (failure) {
        done.set_exception(failure);
      } else {
        done.set_value(std::move(*value));
      }
    });
  });
  return done.get_future().get();
}

}  // namespace mercat::async
