// The table of a trial: what was asked and answered, what was done to the shop, what was compared.
#pragma once

#include "tests/chaos/judge.hpp"

#include <chrono>
#include <map>
#include <string>

namespace mercat::chaos {

struct report_of_trial {
  std::string name;
  std::uint64_t seed = 0;
  std::chrono::milliseconds loaded{0};
  std::chrono::milliseconds until_quiet{0};
  std::map<std::string, long> answers;
  std::map<std::string, long> faults;
  std::map<std::string, long> done;  // by the faults: connections cut, events repeated
  std::map<std::string, long> failed_faults;
  std::vector<verdict> verdicts;
  bool brief = false;  // two lines when all is well
};

// Ends in the line "violations: N".
[[nodiscard]] std::string to_text(const report_of_trial& report, const record& told, const truth& there);

// To standard output, and to the end of the file MERCAT_CHAOS_REPORT, if there is one.
void publish(const std::string& text);

}  // namespace mercat::chaos
