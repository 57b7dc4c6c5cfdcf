// A scratch schema with a pool on it, and a loop to await on.
#pragma once

#include "tests/support/database.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace mercat::test {

using namespace std::chrono_literals;

struct with_database {
  log::logger logger{"test", "test", log::level::error};
  metrics::registry metrics;
  scratch_schema schema;
  async::event_loop loop{"test"};
  std::optional<db::pool> database;

  explicit with_database(db::pool_options options = {}) { open(std::move(options)); }

  // Keeps what is given and adds where the scratch schema is; a socket given wins.
  void open(db::pool_options options) {
    if (options.socket.empty()) options.socket = schema.options().socket;
    options.schema = schema.options().schema;
    options.user = schema.options().user;
    options.password = schema.options().password;
    database.emplace(std::move(options), logger, metrics);
  }

  template <class Work>
  auto transaction(Work work, std::chrono::milliseconds limit = 5s) {
    return wait_for(loop, [&] { return database->transaction(async::deadline::in(limit), work); });
  }
  template <class Work>
  auto read(Work work, std::chrono::milliseconds limit = 5s) {
    return wait_for(loop, [&] { return database->read(async::deadline::in(limit), work); });
  }
  void run(std::string_view sql) {
    schema.as_root([&](db::session& s) { s.execute(sql); });
  }
  std::int64_t count(std::string_view sql) {
    std::int64_t found = 0;
    schema.as_root([&](db::session& s) { found = s.query(sql).front().integer(0); });
    return found;
  }
};

inline std::chrono::milliseconds since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
}

}  // namespace mercat::test
