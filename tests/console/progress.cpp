// What long runs say of themselves.
#include "common/console/progress.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(progress_says_how_many_of_how_many_and_how_long_still) {
  BOOST_TEST(console::progress_line(2'500, 10'000, "customers", 1s) ==
             "2,500 of 10,000 customers (25 %), about 3 s left");
  BOOST_TEST(console::progress_line(1, 3, "customers", 10ms) == "1 of 3 customers (33 %), about 1 s left");
}

BOOST_AUTO_TEST_CASE(what_was_there_before_says_nothing_about_the_rest) {
  BOOST_TEST(console::progress_line(6'000, 10'000, "products", 1s, 5'000) ==
             "6,000 of 10,000 products (60 %), about 4 s left");
}

BOOST_AUTO_TEST_CASE(numbers_are_grouped_by_thousands) {
  BOOST_TEST(console::grouped(0) == "0");
  BOOST_TEST(console::grouped(999) == "999");
  BOOST_TEST(console::grouped(1'234'567) == "1,234,567");
}
