// PATCH /profile.
#include "tests/customer/running_customer.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace mercat;
using test::running_customer;

BOOST_AUTO_TEST_CASE(a_member_not_given_stays_and_an_empty_one_is_cleared) {
  running_customer shop;
  const auto token = shop.member("ada@example.org").text("accessToken");
  const auto change = [&](const std::string& body) { return shop.call("PATCH", "/profile", body, token); };
  const auto both = change(R"({"name":" Zoë 李 ","phone":"+49 30 1234567","email":"x@y.zz","role":"admin"})");
  BOOST_TEST(both.status == 200);
  BOOST_TEST(both.text("name") == "Zoë 李");
  BOOST_TEST(both.text("phone") == "+49 30 1234567");
  BOOST_TEST(both.text("email") == "ada@example.org");
  BOOST_TEST(both.text("role") == "user");
  BOOST_TEST(change("{}").body == both.body);
  BOOST_TEST(shop.call("GET", "/profile", {}, token).body == both.body);

  const auto nameless = change(R"({"name":null})");
  BOOST_TEST(nameless.body.find(R"("name":null,"phone":"+49 30 1234567")") != std::string::npos,
             nameless.body);
  const auto neither = change(R"({"phone":""})");
  BOOST_TEST(neither.body.find(R"("name":null,"phone":null)") != std::string::npos, neither.body);
  BOOST_TEST(change(R"({"name":"Ada"})").text("name") == "Ada");
}

BOOST_AUTO_TEST_CASE(the_whole_profile_with_its_addresses_is_answered) {
  running_customer shop;
  const auto token = shop.member("ada@example.org").text("accessToken");
  const auto made =
      shop.call("POST", "/addresses", R"({"street":"a","city":"b","postalCode":"c","country":"d"})", token);
  const auto changed = shop.call("PATCH", "/profile", R"({"name":"Ada"})", token);
  BOOST_TEST(changed.body.find("\"addresses\":[" + made.body + "]") != std::string::npos, changed.body);
  BOOST_TEST(changed.body == shop.call("GET", "/profile", {}, token).body);
}

BOOST_AUTO_TEST_CASE(the_rules_of_sign_up_hold_and_nothing_is_half_done) {
  running_customer shop;
  const auto token = shop.member("ada@example.org").text("accessToken");
  BOOST_TEST(shop.call("PATCH", "/profile", R"({"name":"Ada"})", token).status == 200);
  for (const auto& [body, place] :
       {std::pair{R"({"name":"A\u0007"})", "/name"}, std::pair{R"({"name":7})", "/name"},
        std::pair{R"({"name":"Eve","phone":"call me"})", "/phone"}}) {
    const auto refused = shop.call("PATCH", "/profile", body, token);
    BOOST_TEST(refused.status == 400);
    BOOST_TEST(refused.slug() == "invalid-body");
    BOOST_TEST(refused.body.find("\"pointer\":\"" + std::string(place) + "\"") != std::string::npos,
               refused.body);
  }
  BOOST_TEST(shop.call("PATCH", "/profile", "[]", token).status == 400);
  BOOST_TEST(shop.call("PATCH", "/profile", "{}").status == 401);
  BOOST_TEST(shop.call("GET", "/profile", {}, token).text("name") == "Ada");
}

BOOST_AUTO_TEST_CASE(the_text_of_a_name_survives_unchanged) {
  running_customer shop;
  const auto token = shop.member("ada@example.org").text("accessToken");
  for (const auto* text : {"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7", "\"O'Brien\"", "100% _x_ \\ \\\\",
                           "'; --", "\xe2\x80\x8f\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d\xe2\x80\x8e",
                           "\xd8\xa7\xd9\x84\xd8\xb3\xd9\x84\xd8\xa7\xd9\x85\xe2\x80\x8f"}) {
    json::writer body;
    body.StartObject();
    body.key("name").text(text);
    body.EndObject();
    BOOST_TEST(shop.call("PATCH", "/profile", body.take(), token).text("name") == text);
    BOOST_TEST(shop.call("GET", "/profile", {}, token).text("name") == text);
  }
}
