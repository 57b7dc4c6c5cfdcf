// scratch_schema: a schema of a test's own on the real MariaDB, with a user that has rights on it alone;
// dropped at the end. The server is given by MERCAT_DB_SOCKET, MERCAT_DB_ROOT_USER and
// MERCAT_DB_ROOT_PASSWORD
// (`./mercat test` sets them): without them a test fails, it is not skipped.
#pragma once

#include "common/async/event_loop.hpp"
#include "common/async/task.hpp"
#include "common/db/pool.hpp"
#include "common/log/log.hpp"
#include "common/metrics/registry.hpp"
#include "tests/support/eventually.hpp"

#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace mercat::test {

class scratch_schema {
 public:
  scratch_schema();
  ~scratch_schema();
  scratch_schema(const scratch_schema&) = delete;
  scratch_schema& operator=(const scratch_schema&) = delete;

  [[nodiscard]] const std::string& name() const noexcept { return options_.schema; }
  // For pools of this schema.
  [[nodiscard]] const db::pool_options& options() const noexcept { return options_; }
  // As root, in this schema, on a connection of its own.
  void as_root(const std::function<void(db::session&)>& work);

 private:
  log::logger quiet_{"test", "test", log::level::error};
  metrics::registry unread_;
  db::pool_options options_;
};

// Awaits on the loop's thread, blocks this one until it is there; rethrows. `make` returns the task.
template <class Make>
auto wait_for(async::event_loop& loop, Make make) {
  using task = std::invoke_result_t<Make&>;
  using result = typename task::value_type;
  const auto done = std::make_shared<std::promise<result>>();
  auto outcome = done->get_future();
  loop.post([&make, done] {
    if constexpr (std::is_void_v<result>) {
      async::spawn(make(), [done](std::exception_ptr failure) {
        failure ? done->set_exception(failure) : done->set_value();
      });
    } else {
      async::spawn(make(), [done](std::exception_ptr failure, std::optional<result> value) {
        failure ? done->set_exception(failure) : done->set_value(std::move(*value));
      });
    }
  });
  return outcome.get();
}

// Within a limit that only a failing test reaches.
template <class Condition>
[[nodiscard]] bool eventually(Condition condition,
                              std::chrono::milliseconds limit = std::chrono::milliseconds{10'000}) {
  return eventually(limit, std::move(condition));
}

}  // namespace mercat::test
