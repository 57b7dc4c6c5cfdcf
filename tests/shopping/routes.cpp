// The route table: who may call what, which bodies are taken, what an answer looks like.
#include "shopping/routes.hpp"

#include "tests/shopping/shopping_of_test.hpp"

using namespace mercat;
using namespace mercat::shopping;
using mercat::test::is;
using mercat::test::shopping_of_test;

namespace {

struct routes_of_test : shopping_of_test {
  http::route_table table = shopping::routes(carts, wishes, placing, orders, "EUR", "shopping-1");

  routes_of_test() {
    for (std::int64_t id = 1; id <= 9; ++id) catalogue.add(id, "19.99");
  }

  const http::route& row(http::method method, const std::string& path) const {
    for (const auto& each : table)
      if (each.method == method && each.path == path) return each;
    throw std::logic_error("no route " + path);
  }

  http::response call(const http::route& to, std::int64_t customer, const std::string& body = "{}") {
    http::request request;
    request.caller = auth::identity{customer, "user", "", "", {}, {}};
    request.path_parameters = {{"productId", "1"}, {"id", uuid_v7()}};
    request.headers.add("Idempotency-Key", "1");
    request.deadline = soon();
    if (to.body != nullptr) {
      request.json = json::document::parse(body);
      to.body->require(request.json->root());
    }
    return test::wait_for(loop, [&] { return to.handler(request); });
  }
};

const std::string one_mango = R"({"productId":1,"quantity":3,"items":[{"productId":1,"quantity":3}]})";

}  // namespace

BOOST_FIXTURE_TEST_CASE(every_route_of_a_customer_refuses_one_who_was_deleted, routes_of_test) {
  forget(7);
  int refused = 0;
  for (const auto& each : table) {
    if (each.access != http::access::user) continue;
    BOOST_CHECK_EXCEPTION(call(each, 7, one_mango), error, is(fault::unauthenticated, "token-invalid"));
    ++refused;
  }
  BOOST_TEST(refused == 12);
}

BOOST_FIXTURE_TEST_CASE(what_belongs_to_a_customer_is_for_users_only, routes_of_test) {
  for (const auto& each : table) {
    const bool of_customer = each.path.starts_with("/cart") || each.path.starts_with("/wishlist") ||
                             each.path.starts_with("/orders");
    BOOST_TEST(of_customer == (each.access == http::access::user), each.path);
    BOOST_TEST(each.path.starts_with("/admin") == (each.access == http::access::admin), each.path);
  }
}

BOOST_FIXTURE_TEST_CASE(answers_have_the_shape_of_the_contract, routes_of_test) {
  const std::string mango =
      R"({"product":{"id":1,"name":"P","banner":"/p.svg","price":19.99,"currentPrice":19.99,)"
      R"("priceChanged":false,"available":true},"quantity":)";
  const auto set = call(row(http::method::post, "/cart"), 7, one_mango);
  BOOST_TEST(set.status == 200);
  BOOST_TEST(set.body ==
             R"({"items":[)" + mango + R"(3,"lineTotal":59.97}],"total":59.97,"currency":"EUR"})");
  BOOST_TEST(call(row(http::method::get, "/cart"), 7).body == set.body);

  const auto merged = call(row(http::method::post, "/cart/merge"), 7,
                           R"({"items":[{"productId":1,"quantity":2},{"productId":50,"quantity":1}]})");
  BOOST_TEST(merged.body == R"({"items":[)" + mango +
                                R"(5,"lineTotal":99.95}],"total":99.95,"currency":"EUR",)"
                                R"("skipped":[{"productId":50,"reason":"product-not-found"}]})");

  const std::string empty = R"({"items":[],"total":0,"currency":"EUR"})";
  BOOST_TEST(call(row(http::method::del, "/cart/{productId}"), 7).body == empty);
  BOOST_TEST(call(row(http::method::del, "/cart"), 7).body == empty);

  const auto wished = call(row(http::method::post, "/wishlist"), 7, one_mango);
  BOOST_TEST(wished.body == R"({"products":[)" + catalogue.products().at(1).text() + "]}");
  BOOST_TEST(call(row(http::method::get, "/wishlist"), 7).body == wished.body);
  BOOST_TEST(call(row(http::method::del, "/wishlist/{productId}"), 7).body == R"({"products":[]})");
}

BOOST_FIXTURE_TEST_CASE(bodies_that_break_the_contract_are_refused, routes_of_test) {
  std::string many = R"({"items":[)";
  for (int i = 0; i < 101; ++i) many += std::string(i > 0 ? "," : "") + R"({"productId":1,"quantity":1})";
  many += "]}";
  const std::vector<std::pair<std::string, std::string>> bad{
      {"/cart", R"({"productId":1})"},
      {"/cart", R"({"productId":1,"quantity":0})"},
      {"/cart", R"({"productId":1,"quantity":1000})"},
      {"/cart", R"({"productId":1,"quantity":1.5})"},
      {"/cart", R"({"productId":"1","quantity":1})"},
      {"/cart", R"({"productId":9223372036854775808,"quantity":1})"},
      {"/cart/merge", "{}"},
      {"/cart/merge", R"({"items":{}})"},
      {"/cart/merge", R"({"items":[{"productId":1,"quantity":0}]})"},
      {"/cart/merge", R"({"items":[{"productId":0,"quantity":1}]})"},
      {"/cart/merge", R"({"items":[1]})"},
      {"/cart/merge", many},
      {"/orders", "[]"},
      {"/orders", R"({"addressId":"1"})"},
      {"/orders", R"({"addressId":0})"},
      {"/orders", R"({"txnNumber":7})"},
      {"/orders", R"({"txnNumber":""})"},
      {"/orders", R"({"txnNumber":"with blank"})"},
      {"/orders", R"({"acceptPriceChange":"yes"})"},
      {"/wishlist", "{}"},
      {"/wishlist", R"({"productId":-1})"},
  };
  for (const auto& [path, body] : bad)
    BOOST_CHECK_EXCEPTION(call(row(http::method::post, path), 7, body), error,
                          is(fault::malformed, "invalid-body"));
}
