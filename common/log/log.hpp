// JSON logs, one object a line on standard output: {"time","level","service","replica","message",…fields}.
// Never a token, password, e-mail or query value. Thread-safe; writing never blocks a caller for long: lines
// go through a bounded queue to a writer thread, and lines dropped at the bound are counted.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace mercat::log {

enum class level { debug, info, warning, error };

struct field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, double, bool> value;
};

class logger {
 public:
  logger(std::string service, std::string replica, level least);
  ~logger();

  void write(level severity, std::string_view message, std::initializer_list<field> fields = {});
  void debug(std::string_view message, std::initializer_list<field> fields = {}) {
    write(level::debug, message, fields);
  }
  void info(std::string_view message, std::initializer_list<field> fields = {}) {
    write(level::info, message, fields);
  }
  void warning(std::string_view message, std::initializer_list<field> fields = {}) {
    write(level::warning, message, fields);
  }
  void error(std::string_view message, std::initializer_list<field> fields = {}) {
    write(level::error, message, fields);
  }
  void flush();

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace mercat::log
