// What was done to the shop while people shopped was not noticed by them. For test programs.
#pragma once

#include "tests/e2e/steady_load.hpp"

#include <boost/test/unit_test.hpp>

namespace mercat::e2e {

inline bool is_success(const answer& received) {
  return received.status >= 200 && received.status < 300;
}

inline void require_no_failure(const load_report& report) {
  BOOST_TEST_MESSAGE(to_text(report));
  BOOST_TEST(report.requests > 100);
  BOOST_TEST(report.unwanted == 0, to_text(report));
}

}  // namespace mercat::e2e
