// connection: the one place that touches the MariaDB driver. A live connection with its prepared statements,
// seen as a session by the work that runs on it. Not thread-safe; every thread that uses one holds a
// driver_thread.
//
// What it guards against (the driver is mysql-connector-c++ 1.1): commit() and rollback() that hide errors
// (transactions are statements here); automatic reconnecting that loses prepared statements (off: a dead
// connection says broken() and is dropped with them); exceptions of its own kinds (all leave as db/error.hpp
// types); a session time zone, character set and SQL mode left to the server's configuration; clamped
// numbers.
//
// Isolation is READ COMMITTED: our changes are conditional UPDATEs, unique keys and rows locked in id order,
// which gain nothing from a snapshot, while InnoDB's gap locks under REPEATABLE READ would make inserts and
// deletes of neighbours deadlock. Who must see two rows at one moment reads them in one statement or locks
// them.
#pragma once

#include "common/async/deadline.hpp"
#include "common/db/job.hpp"
#include "common/db/session.hpp"
#include "common/log/log.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sql {
class Connection;
class PreparedStatement;
class SQLException;
class Statement;
}  // namespace sql

namespace mercat::db {

// The driver's per-thread state: one in each thread that uses connections, outliving them.
class driver_thread {
 public:
  driver_thread();
  ~driver_thread();
  driver_thread(const driver_thread&) = delete;
  driver_thread& operator=(const driver_thread&) = delete;
};

struct connect_options {
  std::string address;  // "unix:///path" or "tcp://host:port"
  std::string user, password;
  std::string schema;                               // empty: none
  std::chrono::seconds socket_timeout{2};           // of connecting, of each read and each write
  std::chrono::milliseconds statement_limit{1000};  // 0: none
};

class connection final : public session {
 public:
  // Throws lost_connection when it cannot be had, for whatever reason (the reason is last_failure()).
  connection(const connect_options& options, log::logger& logger);
  ~connection() override;

  // A unit of work: begin(); for a transaction start(), …, commit() or rollback().
  void begin(unit kind, async::deadline until) noexcept;
  void start();
  void commit();             // commit_unknown when the answer did not come
  void rollback() noexcept;  // broken() afterwards when it failed
  // One statement, not prepared: for DDL.
  void run_text(std::string_view sql);

  std::vector<row> run_query(std::string_view sql, std::span<const parameter> args) override;
  std::uint64_t run_update(std::string_view sql, std::span<const parameter> args) override;
  std::int64_t last_id() override;
  async::deadline until() const override { return until_; }

  // Asks the server; a round trip.
  [[nodiscard]] bool alive();
  // Lost or out of step: to be dropped.
  [[nodiscard]] bool broken() const noexcept { return broken_; }
  // Statements sent in this unit: none means that repeating it repeats nothing.
  [[nodiscard]] int sent_in_unit() const noexcept { return sent_in_unit_; }
  [[nodiscard]] std::chrono::steady_clock::time_point last_used() const noexcept { return last_used_; }
  [[nodiscard]] std::size_t cached_statements() const noexcept { return statements_.size(); }

  // "2002 Can't connect to …" of this thread's last failed attempt to connect: for the log, never for a
  // client.
  [[nodiscard]] static const std::string& last_failure() noexcept;

 private:
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  using statement_cache =
      std::unordered_map<std::string, std::unique_ptr<sql::PreparedStatement>, text_hash, std::equal_to<>>;

  void open(const connect_options& options);
  void before_statement();
  sql::PreparedStatement& prepared(std::string_view sql, std::span<const parameter> args);
  template <class Call>
  auto guarded(std::string_view sql, Call call);
  [[noreturn]] void refuse(const sql::SQLException& failure, std::string_view sql);

  log::logger& logger_;
  std::unique_ptr<sql::Connection> driver_;
  std::unique_ptr<sql::Statement> plain_;
  statement_cache statements_;
  std::chrono::milliseconds statement_limit_;  // at most, of each statement
  std::chrono::milliseconds server_limit_;     // what the server was last told
  async::deadline until_;
  unit kind_ = unit::read;
  int sent_in_unit_ = 0;
  bool broken_ = false;
  std::chrono::steady_clock::time_point last_used_;
};

}  // namespace mercat::db
