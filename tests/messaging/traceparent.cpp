#include "common/messaging/traceparent.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using mercat::messaging::valid_traceparent;

BOOST_AUTO_TEST_CASE(a_traceparent_in_its_form_is_passed_on) {
  const std::string good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  BOOST_TEST(valid_traceparent(good) == good);
}

BOOST_AUTO_TEST_CASE(anything_else_is_not) {
  for (const std::string bad : {"", "00-a-b-01", "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                                "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                                "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                                "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
                                "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                                "00-0af7651916cd43dd8448eb211c80319\n-b7ad6b7169203331-01"})
    BOOST_TEST(valid_traceparent(bad).empty(), bad);
}
