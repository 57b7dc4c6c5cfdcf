// session: one MariaDB connection as the code inside a transaction sees it. Synchronous, used on one database
// thread. Statements are prepared once per connection and cached by their text, so SQL must be constant text
// with
// `?` for every value: never build it from input.
//
//   for (auto& row : s.query("SELECT id, name FROM product WHERE type = ? ORDER BY id LIMIT ?", type, limit))
//     found.push_back({row.integer(0), row.text(1)});
//   const auto changed = s.execute("UPDATE stock SET on_hand = on_hand - ? WHERE id = ? AND on_hand >= ?", n,
//   id, n);
#pragma once

#include "common/async/deadline.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mercat::db {

// NULL, integer, text/blob, UTC time with microseconds.
using sql_time = std::chrono::sys_time<std::chrono::microseconds>;
using parameter = std::variant<std::nullptr_t, std::int64_t, std::string_view, sql_time>;

// One row of a result, copied out of the driver: valid as long as it exists.
class row {
 public:
  using cell = std::variant<std::nullptr_t, std::int64_t, std::string>;
  explicit row(std::vector<cell> cells) : cells_(std::move(cells)) {}

  // Throw std::logic_error on NULL or another type: a bug in the SQL, not in the data.
  [[nodiscard]] std::int64_t integer(std::size_t column) const;
  [[nodiscard]] bool boolean(std::size_t column) const { return integer(column) != 0; }
  [[nodiscard]] const std::string& text(std::size_t column) const;
  [[nodiscard]] std::string&& take_text(std::size_t column);
  [[nodiscard]] std::optional<std::string> take_optional_text(std::size_t column);  // none: NULL
  [[nodiscard]] sql_time time(std::size_t column) const;  // of a DATETIME(0..6) column
  [[nodiscard]] bool is_null(std::size_t column) const;

 private:
  std::vector<cell> cells_;
};

class session {
 public:
  virtual ~session() = default;

  template <class... Args>
  std::vector<row> query(std::string_view sql, const Args&... args) {
    const std::vector<parameter> bound{as_parameter(args)...};
    return run_query(sql, bound);
  }
  // The first row, if any.
  template <class... Args>
  std::optional<row> query_one(std::string_view sql, const Args&... args) {
    auto rows = query(sql, args...);
    if (rows.empty()) return std::nullopt;
    return std::move(rows.front());
  }
  // Rows affected. (An UPDATE that changes nothing counts matched rows: CLIENT_FOUND_ROWS is on.)
  template <class... Args>
  std::uint64_t execute(std::string_view sql, const Args&... args) {
    const std::vector<parameter> bound{as_parameter(args)...};
    return run_update(sql, bound);
  }
  // For statements whose number of `?` is known only at run time (IN lists): `sql` from a bounded set of
  // texts.
  virtual std::vector<row> run_query(std::string_view sql, std::span<const parameter> args) = 0;
  virtual std::uint64_t run_update(std::string_view sql, std::span<const parameter> args) = 0;
  // AUTO_INCREMENT value of the last INSERT.
  [[nodiscard]] virtual std::int64_t last_id() = 0;
  // When this unit of work must be over: each statement gets what is left as its max_statement_time.
  [[nodiscard]] virtual async::deadline until() const = 0;

 private:
  static parameter as_parameter(std::nullptr_t) { return nullptr; }
  static parameter as_parameter(std::int64_t value) { return value; }
  static parameter as_parameter(int value) { return std::int64_t{value}; }
  static parameter as_parameter(bool value) { return std::int64_t{value}; }
  static parameter as_parameter(std::string_view value) { return value; }
  static parameter as_parameter(const std::string& value) { return std::string_view{value}; }
  static parameter as_parameter(const char* value) { return std::string_view{value}; }
  static parameter as_parameter(sql_time value) { return value; }
  template <class T>
  static parameter as_parameter(const std::optional<T>& value) {
    if (!value) return nullptr;
    return as_parameter(*value);
  }
};

}  // namespace mercat::db
