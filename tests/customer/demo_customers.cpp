// customer generate N.
#include "customer/demo_customers.hpp"

#include "tests/customer/running_customer.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using test::running_customer;

BOOST_AUTO_TEST_CASE(demo_customers_are_made_once_and_can_log_in) {
  running_customer shop;
  BOOST_TEST(shop.sign_up("customer-000003@mercat.test").status == 201);  // was there before
  BOOST_TEST(test::eventually([&] { return shop.count("outbox") == 0; }));
  customer::settings configured;
  configured.database = shop.schema().options();
  configured.generate = 730;
  customer::generate_demo_customers(configured);
  BOOST_TEST(shop.count("customer") == 730);
  BOOST_TEST(shop.count("address") == 242);
  configured.generate = 1'203;
  customer::generate_demo_customers(configured);
  customer::generate_demo_customers(configured);
  BOOST_TEST(shop.count("customer") == 1'203);
  BOOST_TEST(shop.count("address") == 400);
  BOOST_TEST(shop.count("outbox") == 0);

  BOOST_TEST(shop.log_in("customer-000003@mercat.test", "mercat-demo-1").status == 401);
  const auto opened = shop.log_in("customer-001203@mercat.test", "mercat-demo-1");
  BOOST_TEST(opened.status == 200);
  const auto profile = shop.call("GET", "/profile", {}, opened.text("accessToken"));
  const auto expected = customer::demo_customer_number(1'203);
  BOOST_TEST(profile.text("name") == expected.name);
  BOOST_TEST(profile.text("phone") == expected.phone.value());
  BOOST_TEST(profile.body.find(expected.where.value().street) != std::string::npos, profile.body);
}
