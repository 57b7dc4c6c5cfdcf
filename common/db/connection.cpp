#include "common/db/connection.hpp"

#include "common/db/driver_values.hpp"
#include "common/db/error.hpp"
#include "common/db/server_error.hpp"

#include <cppconn/connection.h>
#include <cppconn/exception.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <cppconn/statement.h>
#include <mysql_driver.h>

#include <exception>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace mercat::db {

namespace {

constexpr std::size_t max_statements = 256;
constexpr int deadlock = 1213;
thread_local std::string connect_failure;

// get_driver_instance() is not thread-safe.
sql::Driver& driver() {
  static sql::Driver* const instance = [] {
    static std::mutex once;
    const std::lock_guard lock(once);
    return static_cast<sql::Driver*>(sql::mysql::get_driver_instance());
  }();
  return *instance;
}

std::string seconds_text(std::chrono::milliseconds time) {
  const auto rest = std::to_string(1000 + time.count() % 1000);
  return std::to_string(time.count() / 1000) + "." + rest.substr(1);
}

}  // namespace

driver_thread::driver_thread() {
  driver().threadInit();
}

driver_thread::~driver_thread() {
  driver().threadEnd();
}

connection::connection(const connect_options& options, log::logger& logger)
    : logger_(logger),
      statement_limit_(options.statement_limit),
      server_limit_(options.statement_limit),
      until_(async::deadline::clock::time_point::max()),
      last_used_(std::chrono::steady_clock::now()) {
  try {
    open(options);
  } catch (const sql::SQLException& failure) {
    connect_failure = std::to_string(failure.getErrorCode()) + " " + failure.what();
    throw lost_connection{};
  } catch (const std::exception& failure) {
    connect_failure = failure.what();
    throw lost_connection{};
  }
}

connection::~connection() {
  statements_.clear();  // before the connection they belong to
  plain_.reset();
}

void connection::open(const connect_options& options) {
  sql::ConnectOptionsMap map;
  const auto timeout = static_cast<int>(options.socket_timeout.count());
  map["hostName"] = sql::SQLString(options.address);
  map["userName"] = sql::SQLString(options.user);
  map["password"] = sql::SQLString(options.password);
  if (!options.schema.empty()) map["schema"] = sql::SQLString(options.schema);
  map["OPT_CHARSET_NAME"] = sql::SQLString("utf8mb4");
  map["OPT_RECONNECT"] = false;
  map["OPT_CONNECT_TIMEOUT"] = timeout;
  map["OPT_READ_TIMEOUT"] = timeout;
  map["OPT_WRITE_TIMEOUT"] = timeout;
  map["CLIENT_FOUND_ROWS"] = true;
  driver_.reset(driver().connect(map));
  plain_.reset(driver_->createStatement());
  plain_->execute(
      "SET time_zone = '+00:00', tx_isolation = 'READ-COMMITTED', innodb_lock_wait_timeout = 1, "
      // A client that fell silent within a transaction, frozen or cut off, must not keep its locks for hours.
      "idle_transaction_timeout = 5, "
      "sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,"
      "NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY', max_statement_time = " +
      seconds_text(options.statement_limit));
}

const std::string& connection::last_failure() noexcept {
  return connect_failure;
}

void connection::begin(unit kind, async::deadline until) noexcept {
  kind_ = kind;
  until_ = until;
  sent_in_unit_ = 0;
}

// The server ends a statement by itself when the unit's time is over. Telling it costs a round trip, so it is
// told only when what it knows is wrong by much: less than is left, or over one and a half times as much.
void connection::before_statement() {
  last_used_ = async::deadline::clock::now();
  if (last_used_ >= until_.at()) throw too_slow{};
  if (statement_limit_.count() == 0) return;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until_.at() - last_used_);
  const auto wanted = std::min(left, statement_limit_);
  if (server_limit_ >= wanted && server_limit_ <= wanted * 3 / 2 + std::chrono::milliseconds{10}) return;
  plain_->execute("SET max_statement_time = " + seconds_text(wanted));
  server_limit_ = wanted;
}

template <class Call>
auto connection::guarded(std::string_view sql, Call call) {
  try {
    before_statement();
    auto result = call();
    ++sent_in_unit_;
    return result;
  } catch (const sql::SQLException& failure) {
    refuse(failure, sql);
  }
}

void connection::refuse(const sql::SQLException& failure, std::string_view sql) {
  const int number = failure.getErrorCode();
  // The driver gives both no number: a connection that is closed, and a call that is wrong.
  const bool wrong_call = dynamic_cast<const sql::InvalidArgumentException*>(&failure) != nullptr;
  switch (wrong_call ? server_error::bug : classify(number)) {
    case server_error::duplicate:
      throw duplicate_key{duplicate_key_name(failure.what())};
    case server_error::busy:
      throw transient{"the database is busy"};
    case server_error::statement_time:
      throw too_slow{};
    case server_error::lost:
      broken_ = true;
      throw lost_connection{};
    case server_error::bad_data:
      throw bad_data{};
    case server_error::broken_reference:
      throw broken_reference{};
    case server_error::bug:
      break;
  }
  // The server's text is not logged, it may quote values; the statement is constant text.
  logger_.error("the database refused a statement",
                {{"number", std::int64_t{number}}, {"sqlstate", failure.getSQLState()}, {"statement", sql}});
  throw error{fault::internal, "internal", "something went wrong on our side"};
}

sql::PreparedStatement& connection::prepared(std::string_view sql, std::span<const parameter> args) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    if (statements_.size() >= max_statements) {
      logger_.warning("too many different SQL texts: statement cache emptied", {{"latest", sql}});
      statements_.clear();
    }
    std::unique_ptr<sql::PreparedStatement> fresh(
        driver_->prepareStatement(sql::SQLString(sql.data(), sql.size())));
    found = statements_.emplace(std::string(sql), std::move(fresh)).first;
  }
  bind(*found->second, args);
  return *found->second;
}

std::vector<row> connection::run_query(std::string_view sql, std::span<const parameter> args) {
  return guarded(sql, [&] {
    const std::unique_ptr<sql::ResultSet> found(prepared(sql, args).executeQuery());
    return read_rows(*found);
  });
}

std::uint64_t connection::run_update(std::string_view sql, std::span<const parameter> args) {
  if (kind_ == unit::read) throw std::logic_error("a change inside a read: use transaction()");
  return guarded(sql, [&] { return static_cast<std::uint64_t>(prepared(sql, args).executeUpdate()); });
}

std::int64_t connection::last_id() {
  return query("SELECT LAST_INSERT_ID()").front().integer(0);
}

void connection::run_text(std::string_view sql) {
  guarded(sql, [&] { return plain_->execute(sql::SQLString(sql.data(), sql.size())); });
}

void connection::start() {
  run_text("START TRANSACTION");
}

void connection::commit() {
  if (until_.passed()) throw too_slow{};
  try {
    plain_->execute("COMMIT");
  } catch (const sql::SQLException& failure) {
    // Only "deadlock" says for sure that nothing was committed; after anything else, above all a dead
    // connection, nobody here knows.
    if (failure.getErrorCode() == deadlock) throw transient{"the database is busy"};
    broken_ = true;
    throw commit_unknown{};
  }
}

void connection::rollback() noexcept {
  try {
    if (!broken_) plain_->execute("ROLLBACK");
  } catch (...) {
    broken_ = true;
  }
}

bool connection::alive() {
  last_used_ = std::chrono::steady_clock::now();
  try {
    broken_ = broken_ || !driver_->isValid();
  } catch (const std::exception&) {
    broken_ = true;
  }
  return !broken_;
}

}  // namespace mercat::db
