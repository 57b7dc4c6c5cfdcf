// How a test, which is no coroutine, gets a coroutine's result.
#pragma once

#include "common/async/event_loop.hpp"
#include "common/async/task.hpp"

#include <future>
#include <memory>
#include <optional>

namespace mercat::test {

// Starts what `make` returns on the loop's thread; the result or exception comes through the future.
template <class Make>
auto started_on(async::event_loop& loop, Make make) {
  using value = typename decltype(make())::value_type;
  auto promised = std::make_shared<std::promise<value>>();
  auto future = promised->get_future();
  loop.post([promised, make = std::move(make)] {
    async::spawn(make(), [promised](std::exception_ptr failure, std::optional<value> result) {
      if (failure)
        promised->set_exception(failure);
      else
        promised->set_value(std::move(*result));
    });
  });
  return future;
}

template <class Make>
auto awaited_on(async::event_loop& loop, Make make) {
  return started_on(loop, std::move(make)).get();
}

}  // namespace mercat::test
