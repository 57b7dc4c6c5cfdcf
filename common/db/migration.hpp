// Schema migrations: SQL files 001-….sql, compiled into the program, applied in order at start. Safe when
// several replicas start at once: a named lock (GET_LOCK) lets one at a time in; table schema_migration
// remembers name and checksum; a changed file that was applied already stops the start. MariaDB commits each
// DDL statement by itself: a migration must be repeatable from its first statement (CREATE TABLE IF NOT
// EXISTS), because a crash may come between two of them.
#pragma once

#include "common/db/pool.hpp"

#include <span>
#include <string_view>

namespace mercat::db {

struct migration {
  std::string_view name;  // "001-customer"
  std::string_view sql;   // statements separated by ';' at a line's end
};

// Blocks. Throws std::runtime_error naming the migration. Waits up to `patience` for the database to be
// reachable.
void migrate(pool& database, std::span<const migration> migrations, std::chrono::seconds patience,
             log::logger& logger);

}  // namespace mercat::db
