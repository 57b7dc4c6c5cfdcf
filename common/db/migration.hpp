// Schema migrations: SQL files 001-….sql, compiled into the program (cmake/embed_migrations.cmake), applied
// in order at start. Safe when several replicas start at once: a named lock (GET_LOCK, which needs no
// privilege) lets one at a time in; table schema_migration remembers name and checksum; a changed file that
// was applied already stops the start. MariaDB commits each DDL statement by itself: a migration must be
// repeatable from its first statement (CREATE TABLE IF NOT EXISTS), because a crash may come between two of
// them.
#pragma once

#include "common/db/pool.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mercat::db {

struct migration {
  std::string_view name;  // "001-customer"
  std::string_view sql;   // statements separated by ';' at a line's end
};

// Blocks. Throws std::runtime_error naming the migration. Waits up to `patience` for the database to be
// reachable, and as long again for another replica that is migrating.
void migrate(pool& database, std::span<const migration> migrations, std::chrono::seconds patience,
             log::logger& logger);

// The statements of a migration, without lines of comment.
[[nodiscard]] std::vector<std::string> split_statements(std::string_view sql);

}  // namespace mercat::db
