// Answers put together from several services.
#include "tests/bff/shop.hpp"

#include <boost/test/unit_test.hpp>

#include <latch>

using namespace mercat;
using namespace mercat::test;
using http::method;

namespace {

std::optional<std::string> customer_says(const seen_request& asked) {
  return answer_to(asked, 200, R"({"replica":"customer-2","id":7,"addresses":[]})");
}
std::optional<std::string> products_says(const seen_request& asked) {
  return answer_to(
      asked, 200,
      R"({"replica":"products-1","products":[{"id":1,"sku":"a","price":0.30}],"categories":[{"name":"n"}],"nextCursor":"c","x":1})");
}
std::optional<std::string> shopping_says(const seen_request& asked) {
  if (asked.target == "/wishlist")
    return answer_to(asked, 200, R"({"products":[{"id":2,"sku":"b","price":0.10}]})");
  return answer_to(asked, 200, R"({"replica":"shopping-1","items":[],"total":0.00})");
}
std::optional<std::string> broken(const seen_request&) {
  return std::string{};
}
std::optional<std::string> refusing(const seen_request& asked) {
  return answer_to(asked, 404, "{}");
}
std::optional<std::string> babbling(const seen_request& asked) {
  return answer_to(asked, 200, "<html>");
}

http::response home_of(shop& from, const http::route_table& routes, bool logged_in) {
  auto asked = a_request(method::get, "/api/home");
  return from.ask(routes, logged_in ? as_user(asked) : asked, "/api/home");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gathering)

BOOST_AUTO_TEST_CASE(a_stranger_gets_the_products) {
  shop all{customer_says, products_says, shopping_says};
  const std::string rest = R"(,"categories":[{"name":"n"}],"nextCursor":"c","degraded":[]})";
  BOOST_TEST(home_of(all, all.web, false).body == R"({"products":[{"id":1,"sku":"a","price":0.30}])" + rest);
  BOOST_TEST(home_of(all, all.mobile, false).body == R"({"products":[{"id":1,"price":0.30}])" + rest);
  BOOST_TEST(all.customer.seen().empty());
  BOOST_TEST(all.shopping.seen().empty());
}

BOOST_AUTO_TEST_CASE(a_customer_gets_profile_cart_and_wishlist_too) {
  shop all{customer_says, products_says, shopping_says};
  BOOST_TEST(
      home_of(all, all.mobile, true).body ==
      R"({"products":[{"id":1,"price":0.30}],"categories":[{"name":"n"}],"nextCursor":"c",)"
      R"("profile":{"replica":"customer-2","id":7},"cart":{"replica":"shopping-1","items":[],"total":0.00},)"
      R"("wishlist":{"products":[{"id":2,"price":0.10}]},"degraded":[]})");
  for (const auto& seen : all.shopping.seen())
    BOOST_TEST(seen.headers.get("Authorization") == "Bearer of.user.7");
}

BOOST_AUTO_TEST_CASE(the_parts_are_asked_for_at_the_same_time) {
  std::latch all_asked{4};
  const auto together = [&](const seen_request& asked) {
    all_asked.arrive_and_wait();
    return answer_to(asked, 200, R"({"products":[]})");
  };
  shop all{together};
  BOOST_TEST(home_of(all, all.web, true).body.ends_with(R"("degraded":[]})"));
}

BOOST_AUTO_TEST_CASE(a_part_that_fails_is_left_out_and_named) {
  for (const auto& failing : {broken, refusing, babbling}) {
    shop no_cart{customer_says, products_says, failing};
    const auto answer = home_of(no_cart, no_cart.web, true);
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(
        answer.body ==
        R"({"products":[{"id":1,"sku":"a","price":0.30}],"categories":[{"name":"n"}],"nextCursor":"c",)"
        R"("profile":{"replica":"customer-2","id":7,"addresses":[]},"degraded":["cart","wishlist"]})");
  }
  shop nothing{broken};
  const auto answer = home_of(nothing, nothing.web, true);
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(answer.body == R"({"degraded":["products","profile","cart","wishlist"]})");
}

BOOST_AUTO_TEST_CASE(a_part_that_hangs_does_not_take_the_page_with_it) {
  shop hung{customer_says, products_says, [](const seen_request&) { return std::nullopt; }};
  auto asked = as_user(a_request(method::get, "/api/home"));
  asked.deadline = async::deadline::in(20s);
  const auto began = std::chrono::steady_clock::now();
  const auto answer = hung.ask(hung.web, asked, "/api/home");
  BOOST_TEST((std::chrono::steady_clock::now() - began < 10s));
  // A part is given less than the 3 s of a call, so that the page is there in time.
  for (const auto& seen : hung.shopping.seen())
    BOOST_TEST(std::stol(std::string{seen.headers.get("X-Deadline-Ms")}) <= 2500);
  BOOST_TEST(answer.body.ends_with(R"("degraded":["cart","wishlist"]})"));
}

BOOST_AUTO_TEST_CASE(who_answered_is_told_for_each_service) {
  shop all{customer_says, products_says, shopping_says};
  BOOST_TEST(
      all.ask(all.web, a_request(method::get, "/api/whoami"), "/api/whoami").body ==
      R"({"bff":"bff-web-1","customer":"customer-2","products":"products-1","shopping":"shopping-1"})");
  shop part{broken, products_says, babbling};
  BOOST_TEST(part.ask(part.mobile, a_request(method::get, "/api/whoami"), "/api/whoami").body ==
             R"({"bff":"bff-mobile-1","customer":null,"products":"products-1","shopping":null})");
}

BOOST_AUTO_TEST_SUITE_END()
