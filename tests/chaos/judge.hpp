// judge: compares what customers were told with what is there. Pure, so that it can be shown to find what it
// looks for.
#pragma once

#include "tests/chaos/truth.hpp"

#include <string>
#include <vector>

namespace mercat::chaos {

struct verdict {
  std::string promise;
  std::int64_t looked_at = 0;  // how many things were compared
  std::vector<std::string> violations;
};

[[nodiscard]] std::vector<verdict> judge(const record& told, const truth& there);

[[nodiscard]] std::int64_t count_violations(const std::vector<verdict>& verdicts);

}  // namespace mercat::chaos
