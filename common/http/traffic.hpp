// What is recorded of every answer: metrics by route template, and one log line. One instance per reactor
// thread, so that looked-up metrics are kept without a lock.
#pragma once

#include "common/http/core.hpp"
#include "common/http/exchange.hpp"

#include <chrono>
#include <map>
#include <string_view>
#include <tuple>

namespace prometheus {
class Histogram;
}

namespace mercat::http {

class traffic {
 public:
  explicit traffic(core& shared) : shared_(shared) {}

  void record(const exchange& done, int status);
  // A head that could not be read has no exchange.
  void record_refused(std::string_view request_id, int status);

 private:
  void count(std::string_view route, std::string_view method, int status, double seconds);

  core& shared_;
  // By the address of the text, which is constant: a route template or a method's name.
  std::map<std::tuple<const char*, const char*, int>, prometheus::Counter*> answers_;
  std::map<const char*, prometheus::Histogram*> seconds_;
};

}  // namespace mercat::http
