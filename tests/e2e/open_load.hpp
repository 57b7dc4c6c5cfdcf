// open_load: requests that arrive when they arrive, whether or not the earlier ones have been answered, as
// those of many independent customers do. A closed load (so many clients, each waiting for its answer) slows
// down with the server and can never show an overload. One thread; GET only; kept connections.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace mercat::e2e {

struct open_load_plan {
  std::uint16_t port = 0;          // on 127.0.0.1
  std::vector<std::string> paths;  // taken in turn
  double per_second = 0;           // 0: as fast as answers come, a closed load
  std::chrono::milliseconds lasting{0};
  std::size_t connections = 64;                // requests that find none idle are not sent, and counted
  std::chrono::milliseconds patience{15'000};  // then a request counts as hanging
};

struct open_load_report {
  // Milliseconds from the sending to the whole answer.
  std::map<int, std::vector<double>> took;  // by status
  long sent = 0;
  long not_sent = 0;  // no connection was idle when it was due
  long broken = 0;    // closed or reset before the answer was complete
  long hanging = 0;
  double seconds = 0;

  [[nodiscard]] long answered(int status) const;
  [[nodiscard]] double per_second(int status) const;
  // 0 when there is none. share: 0.99 for the p99.
  [[nodiscard]] double percentile(int status, double share) const;
};

// Throws std::runtime_error when it cannot connect.
[[nodiscard]] open_load_report run(const open_load_plan& plan);
[[nodiscard]] std::string to_text(const open_load_report& report);

}  // namespace mercat::e2e
