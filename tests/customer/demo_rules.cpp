// Demo customers and the lines that say how many there are.
#include "customer/demo_customers.hpp"
#include "customer/progress.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(demo_customers_are_numbered_and_always_the_same) {
  BOOST_TEST(customer::demo_customer_number(1).email == "customer-000001@mercat.test");
  BOOST_TEST(customer::demo_customer_number(999'999).email == "customer-999999@mercat.test");
  BOOST_TEST(customer::demo_customer_number(7).name == customer::demo_customer_number(7).name);
}

BOOST_AUTO_TEST_CASE(demo_customers_keep_the_rules) {
  std::size_t with_phone = 0;
  std::size_t with_address = 0;
  for (std::size_t number = 1; number <= 2'000; ++number) {
    const auto each = customer::demo_customer_number(number);
    BOOST_TEST(customer::email_address::try_parse(each.email).has_value());
    BOOST_TEST(customer::name_from(each.name).value() == each.name);
    if (each.phone) {
      ++with_phone;
      BOOST_TEST(customer::phone_from(each.phone).value() == *each.phone);
    }
    if (each.where) {
      ++with_address;
      BOOST_CHECK_NO_THROW(static_cast<void>(customer::checked(*each.where)));
    }
  }
  BOOST_TEST(with_phone == 1'500U);
  BOOST_TEST(with_address == 666U);
}

BOOST_AUTO_TEST_CASE(progress_says_how_many_of_how_many_and_how_long_still) {
  BOOST_TEST(customer::progress_line(2'500, 10'000, "customers", 1s) ==
             "2,500 of 10,000 customers (25 %), about 3 s left");
  BOOST_TEST(customer::progress_line(1, 3, "customers", 10ms) == "1 of 3 customers (33 %), about 1 s left");
  BOOST_TEST(customer::grouped(0) == "0");
  BOOST_TEST(customer::grouped(999) == "999");
  BOOST_TEST(customer::grouped(1'234'567) == "1,234,567");
}
