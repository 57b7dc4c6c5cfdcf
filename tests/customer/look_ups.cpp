// Looking customers up: admins see everybody, others themselves only.
#include "tests/customer/running_customer.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace mercat;
using test::running_customer;

namespace {

std::string by_id(const test::http_answer& who) {
  return "/customers/" + std::to_string(who.integer("id"));
}

// What must be the same for a customer who is not there and one who may not be seen.
void check_unknown(const test::http_answer& answer) {
  BOOST_TEST(answer.status == 404);
  BOOST_TEST(answer.slug() == "customer-not-found");
  BOOST_TEST(answer.text("detail") == "there is no such customer");
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_customer_sees_oneself_as_in_the_profile) {
  running_customer shop;
  const auto ada = shop.member("Ada+Shop@Example.org");
  const auto token = ada.text("accessToken");
  BOOST_TEST(
      shop.call("POST", "/addresses", R"({"street":"a","city":"b","postalCode":"c","country":"d"})", token)
          .status == 201);
  const auto profile = shop.call("GET", "/profile", {}, token).body;
  BOOST_TEST(shop.call("GET", by_id(ada), {}, token).body == profile);
  BOOST_TEST(shop.call("GET", "/customers?userId=ADA%2bshop%40example.ORG", {}, token).body == profile);
}

BOOST_AUTO_TEST_CASE(an_admin_sees_everybody) {
  running_customer shop;
  const auto ada = shop.member("ada@example.org");
  const auto token = shop.member("root@example.org", true).text("accessToken");
  const auto profile = shop.call("GET", "/profile", {}, ada.text("accessToken")).body;
  BOOST_TEST(shop.call("GET", by_id(ada), {}, token).body == profile);
  BOOST_TEST(shop.call("GET", "/customers?userId=Ada@Example.org", {}, token).body == profile);
  check_unknown(shop.call("GET", "/customers/987654321", {}, token));
  check_unknown(shop.call("GET", "/customers?userId=eve@example.org", {}, token));
  check_unknown(shop.call("GET", "/customers?userId=nobody", {}, token));
}

BOOST_AUTO_TEST_CASE(for_a_customer_others_are_like_nobody) {
  running_customer shop;
  const auto ada = shop.member("ada@example.org");
  const auto admin = shop.member("root@example.org", true);
  const auto token = shop.member("eve@example.org").text("accessToken");
  for (const auto& path :
       {by_id(ada), by_id(admin), std::string("/customers/987654321"),
        std::string("/customers?userId=ada@example.org"),
        std::string("/customers?userId=unknown@example.org"), std::string("/customers?userId=nobody")})
    check_unknown(shop.call("GET", path, {}, token));
}

BOOST_AUTO_TEST_CASE(a_look_up_needs_a_token_and_something_to_look_for) {
  running_customer shop;
  const auto token = shop.member("root@example.org", true).text("accessToken");
  for (const auto* path :
       {"/customers", "/customers?userId=", "/customers?userid=root@example.org", "/customers/x",
        "/customers/0", "/customers/01", "/customers/99999999999999999999"}) {
    BOOST_TEST(shop.call("GET", path, {}, token).status == 400, path);
    BOOST_TEST(shop.call("GET", path).status == 401, path);
  }
}

BOOST_AUTO_TEST_CASE(who_was_deleted_is_found_by_nobody_and_finds_nobody) {
  running_customer shop;
  const auto ada = shop.member("ada@example.org");
  const auto former = shop.member("former@example.org", true);
  const auto token = shop.member("root@example.org", true).text("accessToken");
  for (const auto* who : {&ada, &former})
    BOOST_TEST(shop.call("DELETE", "/profile", {}, who->text("accessToken")).status == 204);
  check_unknown(shop.call("GET", by_id(ada), {}, token));
  check_unknown(shop.call("GET", "/customers?userId=ada@example.org", {}, token));
  for (const auto& path : {by_id(ada), by_id(former), std::string("/customers?userId=root@example.org"),
                           std::string("/customers?userId=ada@example.org")})
    for (const auto* who : {&ada, &former})
      BOOST_TEST(shop.call("GET", path, {}, who->text("accessToken")).slug() == "token-invalid", path);
}
