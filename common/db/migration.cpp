#include "common/db/migration.hpp"

#include "common/db/connection.hpp"
#include "common/db/pool_state.hpp"
#include "common/sha256.hpp"

#include <stdexcept>
#include <thread>

namespace mercat::db {

namespace {

using clock = async::deadline::clock;

// At start there is nothing else to do than to wait for the database: blocking is right here.
template <class Connect>
auto connect_patiently(Connect connect, clock::time_point until, log::logger& logger) {
  bool told = false;
  for (;;) {
    try {
      return connect();
    } catch (const lost_connection&) {
      if (clock::now() >= until) {
        throw std::runtime_error("the database cannot be reached: " + connection::last_failure());
      }
      if (!told) logger.warning("waiting for the database", {{"reason", connection::last_failure()}});
      told = true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{200});
  }
}

void keep_others_out(session& s, std::chrono::seconds patience) {
  const auto got = s.query("SELECT GET_LOCK(CONCAT('mercat-migration.', DATABASE()), ?)", patience.count());
  if (got.front().is_null(0) || got.front().integer(0) != 1) {
    throw std::runtime_error("another replica is still migrating the database");
  }
}

bool applied(session& s, const migration& each) {
  const auto known = s.query_one("SELECT checksum FROM schema_migration WHERE name = ?", each.name);
  if (!known) return false;
  if (known->text(0) == sha256(each.sql)) return true;
  throw std::runtime_error("migration " + std::string(each.name) +
                           " was changed after it had been applied: write a new one instead");
}

void apply(connection& link, const migration& each) {
  try {
    for (const auto& statement : split_statements(each.sql)) link.run_text(statement);
    link.execute("INSERT INTO schema_migration (name, checksum, applied_at) VALUES (?, ?, UTC_TIMESTAMP(6))",
                 each.name, sha256(each.sql));
  } catch (const std::exception& failure) {
    throw std::runtime_error("migration " + std::string(each.name) + " failed: " + failure.what());
  }
}

bool is_comment(std::string_view line) {
  const auto first = line.find_first_not_of(" \t\r");
  return first == std::string_view::npos || line.substr(first, 2) == "--";
}

}  // namespace

std::vector<std::string> split_statements(std::string_view sql) {
  std::vector<std::string> statements;
  std::string current;
  while (!sql.empty()) {
    const auto end = std::min(sql.find('\n'), sql.size());
    auto line = sql.substr(0, end);
    sql.remove_prefix(std::min(end + 1, sql.size()));
    if (is_comment(line)) continue;
    line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
    const bool last = line.back() == ';';
    if (last) line.remove_suffix(1);
    current.append(line).push_back('\n');
    if (last) statements.push_back(std::exchange(current, {}));
  }
  if (!current.empty()) statements.push_back(std::move(current));
  return statements;
}

void migrate(pool& database, std::span<const migration> migrations, std::chrono::seconds patience,
             log::logger& logger) {
  const driver_thread driver;
  const auto until = clock::now() + patience;
  const auto link = connect_patiently([&] { return database.state_->blocking_connection(); }, until, logger);
  link->begin(unit::transaction, async::deadline{clock::time_point::max()});
  // The lock ends with the connection, however this ends.
  keep_others_out(*link, patience);
  link->run_text(
      "CREATE TABLE IF NOT EXISTS schema_migration (name VARCHAR(100) CHARACTER SET ascii PRIMARY KEY, "
      "checksum CHAR(64) CHARACTER SET ascii NOT NULL, applied_at DATETIME(6) NOT NULL)");
  for (const auto& each : migrations) {
    if (applied(*link, each)) continue;
    apply(*link, each);
    logger.info("migration applied", {{"migration", each.name}});
  }
}

}  // namespace mercat::db
