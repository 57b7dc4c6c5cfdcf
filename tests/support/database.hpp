// scratch_schema: a schema of a test's own on the real MariaDB, with a user that has rights on it alone;
// dropped at the end. The server is given by MERCAT_DB_SOCKET, MERCAT_DB_ROOT_USER and
// MERCAT_DB_ROOT_PASSWORD
// (`./mercat test` sets them): without them a test fails, it is not skipped.
#pragma once

#include "common/async/wait_for.hpp"
#include "common/db/pool.hpp"
#include "common/log/log.hpp"
#include "common/metrics/registry.hpp"
#include "tests/support/eventually.hpp"

#include <functional>
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
  // With more time for a unit of work than the second of a request: for a test that holds work up, or has so
  // much of it at once that on a slow machine the last must wait longer.
  [[nodiscard]] db::pool_options options(std::chrono::milliseconds time_limit) const;
  // As root, in this schema, on a connection of its own.
  void as_root(const std::function<void(db::session&)>& work);

 private:
  log::logger quiet_{"test", "test", log::level::error};
  metrics::registry unread_;
  db::pool_options options_;
};

// Whether another connection of this schema is at a statement LIKE this one: asked by who holds the row that
// it needs, it waits for that row. (innodb_trx would say more, but shows an old picture to who asks often.)
[[nodiscard]] bool another_is_at(db::session& holder, const std::string& statement);

using async::wait_for;

// Within a limit that only a failing test reaches.
template <class Condition>
[[nodiscard]] bool eventually(Condition condition,
                              std::chrono::milliseconds limit = std::chrono::milliseconds{10'000}) {
  return eventually(limit, std::move(condition));
}

}  // namespace mercat::test
