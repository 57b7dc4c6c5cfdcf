// JSON logs, one object a line on standard output: {"time","level","service","replica","message",…fields}.
// Never a token, password, e-mail or query value. Thread-safe; writing never blocks a caller for long: lines
// go through a bounded queue (spdlog's) to a writer thread; when it is full the oldest line is dropped and
// counted. Texts that are not UTF-8 are mended with U+FFFD.
#pragma once

#include <cstdint>
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
  // descriptor: where lines go; standard output unless a test says otherwise. It is not closed.
  logger(std::string service, std::string replica, level least, int descriptor = 1);
  ~logger();  // writes what is queued

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
  // Waits until what was written before is out, at most a second.
  void flush();
  // Lines dropped at the bound since the start.
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace mercat::log
