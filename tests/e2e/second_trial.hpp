// What is measured under load on a machine that has other work, too, may be spoilt by that once; what is
// broken is so again. For test programs.
#pragma once

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

namespace mercat::e2e {

// Of one trial: what was not as promised, in words.
struct verdict {
  std::vector<std::string> broken;

  void require(bool kept, std::string otherwise) {
    if (!kept) broken.push_back(std::move(otherwise));
  }
};

// trial() gives a verdict. A trial that fails is made once more from its beginning, and the last one counts.
template <class Trial>
void require_in_one_of_two(Trial trial) {
  verdict last = trial();
  if (!last.broken.empty()) {
    for (const auto& each : last.broken) BOOST_TEST_MESSAGE("the first trial: " << each);
    last = trial();
  }
  for (const auto& each : last.broken) BOOST_ERROR(each);
}

}  // namespace mercat::e2e
