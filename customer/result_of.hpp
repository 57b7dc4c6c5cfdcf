// result_of: runs a task on a loop's thread and blocks until it has ended. For subcommands, which have
// nothing else to do.
#pragma once

#include "common/async/event_loop.hpp"
#include "common/async/task.hpp"

#include <future>
#include <optional>
#include <utility>

namespace mercat::customer {

template <class T>
[[nodiscard]] T result_of(async::event_loop& loop, async::task<T> work) {
  std::promise<T> done;
  loop.post([&] {
    async::spawn(std::move(work), [&done](std::exception_ptr failure, std::optional<T> value) {
      if (failure) {
        done.set_exception(failure);
      } else {
        done.set_value(std::move(*value));
      }
    });
  });
  return done.get_future().get();
}

}  // namespace mercat::customer
