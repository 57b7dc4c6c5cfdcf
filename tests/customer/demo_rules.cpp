// Demo customers and the lines that say how many there are.
#include "customer/demo_customers.hpp"

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
