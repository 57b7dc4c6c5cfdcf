// Requests handed on to their owner, and what comes back.
#include "bff/forward.hpp"
#include "common/error.hpp"
#include "tests/bff/shop.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace mercat;
using namespace mercat::test;
using http::method;

namespace {

http::request for_product(std::string id, const std::string& query = {}) {
  auto asked = a_request(method::get, "/api/products/whatever" + query);
  asked.path_parameters = {{"id", std::move(id)}};
  return asked;
}

std::optional<std::string> ok(const seen_request& asked) {
  return answer_to(asked, 200, "{}");
}

std::string header(const http::response& answer, std::string_view name) {
  for (const auto& [each, value] : answer.headers)
    if (each == name) return value;
  return {};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(forwarding)

BOOST_AUTO_TEST_CASE(a_path_parameter_cannot_leave_its_place) {
  BOOST_TEST(bff::target_for("/products/{id}", for_product("42")) == "/products/42");
  BOOST_TEST(bff::target_for("/products/{id}", for_product("../carts")) == "/products/..%2Fcarts");
  BOOST_TEST(bff::target_for("/products/{id}", for_product("a b?c#d%é")) ==
             "/products/a%20b%3Fc%23d%25%C3%A9");
  BOOST_CHECK_THROW(bff::target_for("/products/{id}", for_product("..")), error);
  BOOST_CHECK_THROW(bff::target_for("/products/{id}", for_product(".")), error);
}

BOOST_AUTO_TEST_CASE(the_query_goes_on_as_it_came) {
  BOOST_TEST(bff::target_for("/products", a_request(method::get, "/api/products?limit=3&q=%C3%A9+x")) ==
             "/products?limit=3&q=%C3%A9+x");
  BOOST_TEST(bff::target_for("/products/{id}", for_product("1", "?a=b")) == "/products/1?a=b");
}

BOOST_AUTO_TEST_CASE(each_route_reaches_its_owner) {
  shop all{ok};
  const auto reaches = [&](const scripted_server& owner, method verb, const std::string& path,
                           const std::string& own_target) {
    auto asked = as_user(a_request(verb, path));
    asked.path_parameters = {{"id", "5"}, {"productId", "6"}};
    all.ask(all.web, asked, path);
    const auto seen = owner.seen();
    BOOST_REQUIRE(!seen.empty());
    BOOST_TEST(seen.back().method == http::name(verb));
    BOOST_TEST(seen.back().target == own_target);
    BOOST_TEST(seen.back().headers.get("Authorization") == "Bearer of.user.7");
    BOOST_TEST(seen.back().headers.get("X-Request-Id") == "request-1");
  };
  // Every row of the table but those that the BFF answers itself.
  const std::set<std::string> own{"/api/home", "/api/whoami", "/status"};
  const auto owner_of = [&](const std::string& path) -> const scripted_server& {
    for (const auto* part : {"/api/products", "/api/categories"})
      if (path.starts_with(part)) return all.products;
    for (const auto* part : {"/api/cart", "/api/wishlist", "/api/orders", "/api/admin/orders"})
      if (path.starts_with(part)) return all.shopping;
    return all.customer;
  };
  const auto with_ids = [](std::string path) {
    for (const auto& [name, value] : {std::pair{"{id}", "5"}, std::pair{"{productId}", "6"}})
      if (const auto at = path.find(name); at != std::string::npos)
        path.replace(at, std::string_view{name}.size(), value);
    return path;
  };
  for (const auto& route : all.web)
    if (!own.contains(route.path))
      reaches(owner_of(route.path), route.method, route.path, with_ids(route.path.substr(4)));
}

BOOST_AUTO_TEST_CASE(a_body_goes_on_byte_by_byte) {
  shop all{ok};
  auto asked = a_request(method::post, "/api/signup");
  asked.body = "{ \"email\" : \"a@b.c\",\n\"password\":\"p\xC3\xA4sswort\" }";
  asked.headers.add("Content-Type", "application/json; charset=utf-8");
  asked.headers.add("Cookie", "private=1");
  asked.headers.add("X-Forwarded-For", "203.0.113.7");
  all.ask(all.web, asked, "/api/signup");
  const auto seen = all.customer.seen().at(0);
  BOOST_TEST(seen.body == asked.body);
  BOOST_TEST(seen.headers.get("Content-Type") == "application/json; charset=utf-8");
  BOOST_TEST(seen.headers.get("X-Forwarded-For") == "203.0.113.7");
  BOOST_TEST(!seen.headers.has("Cookie"));
}

// Its owner refuses it. To hand on one of them would be to choose for the client.
BOOST_AUTO_TEST_CASE(a_header_given_twice_is_handed_on_twice) {
  shop all{ok};
  auto asked = as_user(a_request(method::post, "/api/orders"));
  asked.body = "{}";
  asked.headers.add("Idempotency-Key", "first");
  asked.headers.add("idempotency-key", "second");
  for (const auto* routes : {&all.web, &all.mobile}) {
    all.ask(*routes, asked, "/api/orders");
    std::vector<std::string> keys;
    const auto seen = all.shopping.seen().back();
    for (const auto& [name, value] : seen.headers.all())
      if (http::same_name(name, "Idempotency-Key")) keys.push_back(value);
    BOOST_TEST(keys == (std::vector<std::string>{"first", "second"}), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(the_answer_comes_back_with_what_concerns_the_client) {
  shop all{[](const seen_request& asked) {
    return answer_to(asked, 201, R"({"id":1,"price":2.50})",
                     "Location: /orders/1\r\nETag: \"7\"\r\nCache-Control: no-store\r\nX-Secret: s\r\n");
  }};
  const auto answer = all.ask(all.web, a_request(method::get, "/api/products"), "/api/products");
  BOOST_TEST(answer.status == 201);
  BOOST_TEST(answer.body == R"({"id":1,"price":2.50})");
  BOOST_TEST(answer.content_type == "application/json");
  BOOST_TEST(header(answer, "Location") == "/api/orders/1");
  BOOST_TEST(header(answer, "ETag") == "\"7\"");
  BOOST_TEST(header(answer, "Cache-Control") == "no-store");
  BOOST_TEST(answer.headers.size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_problem_names_the_public_path) {
  shop all{[](const seen_request& asked) {
    return answer_to(asked, 503, R"({"type":"x/busy","status":503,"instance":"/cart"})",
                     "Retry-After: 1\r\nWWW-Authenticate: Bearer\r\n", "application/problem+json");
  }};
  for (const auto* routes : {&all.web, &all.mobile}) {
    const auto answer = all.ask(*routes, a_request(method::get, "/api/products"), "/api/products");
    BOOST_TEST(answer.status == 503);
    BOOST_TEST(answer.body == R"({"type":"x/busy","status":503,"instance":"/api/cart"})");
    BOOST_TEST(answer.content_type == "application/problem+json");
    BOOST_TEST(header(answer, "Retry-After") == "1");
    BOOST_TEST(header(answer, "WWW-Authenticate") == "Bearer");
  }
}

BOOST_AUTO_TEST_CASE(a_phone_gets_less) {
  const auto says = [](const seen_request& asked) {
    if (asked.target == "/profile" || asked.target == "/customers/7")
      return answer_to(asked, 200, R"({"id":7,"addresses":[{"id":1}],"name":"n"})");
    return answer_to(asked, 200,
                     R"({"products":[{"id":1,"sku":"a","price":1.10}],"categories":["c"],"nextCursor":null})",
                     "ETag: \"7\"\r\n");
  };
  shop all{says};
  const auto profile = all.ask(all.mobile, as_user(a_request(method::get, "/api/profile")), "/api/profile");
  BOOST_TEST(profile.body == R"({"id":7,"name":"n"})");
  auto look_up = as_user(a_request(method::get, "/api/customers/7"));
  look_up.path_parameters = {{"id", "7"}};
  BOOST_TEST(all.ask(all.mobile, look_up, "/api/customers/{id}").body == R"({"id":7,"name":"n"})");
  for (const auto* path : {"/api/products/ids", "/api/wishlist"})
    BOOST_TEST(all.ask(all.mobile, as_user(a_request(method::post, path)), path).body ==
               R"({"products":[{"id":1,"price":1.10}],"categories":["c"],"nextCursor":null})");
  const auto list = all.ask(all.mobile, a_request(method::get, "/api/products"), "/api/products");
  BOOST_TEST(list.body == R"({"products":[{"id":1,"price":1.10}],"categories":["c"],"nextCursor":null})");
  BOOST_TEST(header(list, "ETag") == "W/\"7\"");
}

BOOST_AUTO_TEST_CASE(an_owner_that_is_away_is_unavailable) {
  shop all{[](const seen_request&) { return std::string{}; }};
  try {
    all.ask(all.web, a_request(method::get, "/api/products"), "/api/products");
    BOOST_FAIL("answered");
  } catch (const error& failure) {
    BOOST_CHECK(failure.kind() == fault::unavailable);
    BOOST_TEST(failure.slug() == "products-unavailable");
  }
}

BOOST_AUTO_TEST_CASE(both_devices_have_the_same_routes_and_none_is_open_by_mistake) {
  shop all{ok};
  BOOST_REQUIRE(all.web.size() == all.mobile.size());
  for (std::size_t i = 0; i < all.web.size(); ++i) {
    const auto& route = all.web[i];
    BOOST_TEST(route.path == all.mobile[i].path);
    BOOST_CHECK(route.method == all.mobile[i].method && route.access == all.mobile[i].access);
    const auto part = route.path.substr(0, route.path.find('/', 5));
    const std::set<std::string> personal{"/api/profile", "/api/password", "/api/addresses", "/api/customers",
                                         "/api/cart",    "/api/wishlist", "/api/orders"};
    const bool forgotten = route.path == "/api/password/forgot" || route.path == "/api/password/reset";
    BOOST_TEST((route.access == http::access::user) == (personal.contains(part) && !forgotten), route.path);
    const bool changes = route.method != method::get && route.path != "/api/products/ids";
    const bool for_staff = part == "/api/admin" || (part == "/api/products" && changes);
    BOOST_TEST((route.access == http::access::admin) == for_staff, route.path);
    const bool has_body =
        !route.path.ends_with("/cancel") &&
        (route.method == method::post || route.method == method::put || route.method == method::patch);
    BOOST_TEST((route.body != nullptr) == has_body, route.path);
  }
}

BOOST_AUTO_TEST_SUITE_END()
