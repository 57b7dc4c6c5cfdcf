// Orders over the route table: statuses, headers, shapes.
#include "shopping/routes.hpp"
#include "tests/shopping/orders_of_test.hpp"

using namespace mercat;
using namespace mercat::shopping;
using mercat::test::is;
using mercat::test::orders_of_test;

namespace {

using headers = std::vector<std::pair<std::string, std::string>>;

struct routes_of_test : orders_of_test {
  http::route_table table = shopping::routes(carts, wishes, placing, orders, "EUR", "shopping-1");

  // target: a path of the table, with the order's id for {id}, and a query.
  http::response call(http::method method, const std::string& path, const std::string& id,
                      const std::string& body = {}, const headers& with = {}, const std::string& query = {},
                      std::int64_t customer = 7) {
    const auto row = std::ranges::find_if(
        table, [&](const auto& each) { return each.method == method && each.path == path; });
    BOOST_REQUIRE((row != table.end()));
    http::request request;
    request.path = path;
    request.caller = caller(customer, "").who;
    request.path_parameters = {{"id", id}};
    request.query = http::query_parameters::parse(query);
    for (const auto& [name, value] : with) request.headers.add(name, value);
    request.deadline = soon();
    if (row->body != nullptr) {
      request.json = json::document::parse(body);
      row->body->require(request.json->root());
    }
    return test::wait_for(loop, [&] { return row->handler(request); });
  }
  http::response order_with(const std::string& key, const std::string& body = "{}") {
    return call(http::method::post, "/orders", "", body, {{"Idempotency-Key", key}});
  }
  http::response get(const std::string& path, const std::string& id = {}, const headers& with = {},
                     const std::string& query = {}) {
    return call(http::method::get, path, id, {}, with, query);
  }
};

std::string header(const http::response& answer, const std::string& name) {
  for (const auto& [each, value] : answer.headers)
    if (each == name) return value;
  return {};
}

std::string member(const http::response& answer, std::string_view name) {
  const auto body = json::document::parse(answer.body);
  return std::string(json::text(body.root(), name).value_or(""));
}

std::size_t orders_in(const http::response& answer) {
  const auto body = json::document::parse(answer.body);
  return json::member(body.root(), "orders")->Size();
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(an_order_is_201_and_with_its_key_again_200, routes_of_test) {
  BOOST_CHECK_EXCEPTION(call(http::method::post, "/orders", "", "{}"), error,
                        is(fault::malformed, "idempotency-key-required"));
  BOOST_CHECK_EXCEPTION(order_with("a b"), error, is(fault::malformed, "idempotency-key-invalid"));
  set(7, 1, 2);
  const auto placed = order_with("k", R"({"addressId":70})");
  BOOST_TEST(placed.status == 201);
  BOOST_TEST(header(placed, "Location") == "/orders/" + member(placed, "orderId"));
  const auto again = order_with("k", R"({ "addressId" : 70, "unknown" : true })");
  BOOST_TEST(again.status == 200);
  BOOST_TEST(again.body == placed.body);
  BOOST_CHECK_EXCEPTION(order_with("k"), error, is(fault::already_exists, "idempotency-key-reused"));
}

BOOST_FIXTURE_TEST_CASE(a_refusal_is_a_problem_that_names_the_lines, routes_of_test) {
  const auto empty = order_with("k");
  BOOST_TEST(empty.status == 409);
  BOOST_TEST(empty.content_type == "application/problem+json");
  BOOST_TEST(member(empty, "type").ends_with("/cart-empty"));
  set(7, 1, 2);
  set(7, 2, 1);
  hear(catalogue.reprice(2, "2.60"));
  const auto refused = order_with("k");
  BOOST_TEST(refused.status == 409);
  BOOST_TEST(member(refused, "type").ends_with("/price-changed"));
  BOOST_TEST(
      refused.body.ends_with(R"(,"lines":[{"productId":2,"quantity":1,"price":2.5,"currentPrice":2.6}]})"));
  BOOST_TEST(order_with("k", R"({"acceptPriceChange":true})").status == 201);
}

BOOST_FIXTURE_TEST_CASE(an_order_is_shown_with_its_history_and_a_tag, routes_of_test) {
  set(7, 1, 2);
  const auto id = member(order_with("k", R"({"txnNumber":"T-9"})"), "orderId");
  const auto shown = get("/orders/{id}", id);
  BOOST_TEST(shown.status == 200);
  BOOST_TEST(has(shown.body, R"("status":"PENDING","reason":null,"amount":5,"currency":"EUR","items":[{)"));
  BOOST_TEST(has(shown.body, R"("address":null,"txnNumber":"T-9","createdAt":")"));
  BOOST_TEST(has(shown.body, R"("history":[{"status":"PENDING","reason":null,"at":")"));
  BOOST_TEST(!has(shown.body, "email"));
  const auto tag = header(shown, "ETag");
  const auto known = get("/orders/{id}", id, {{"If-None-Match", "\"x\", " + tag}});
  BOOST_TEST(known.status == 304);
  BOOST_TEST(known.body.empty());
  BOOST_TEST(header(known, "ETag") == tag);
  hear(decided(id, "REJECTED"));
  const auto moved = get("/orders/{id}", id, {{"If-None-Match", tag}});
  BOOST_TEST(moved.status == 200);
  BOOST_TEST(header(moved, "ETag") != tag);
  BOOST_TEST(has(moved.body, R"({"status":"REJECTED","reason":"out-of-stock","at":")"));
}

BOOST_FIXTURE_TEST_CASE(an_order_of_nobody_or_of_another_is_404, routes_of_test) {
  const auto mine = place_one(8).id;
  const auto hidden = is(fault::not_found, "order-not-found");
  for (const auto& id : {mine, uuid_v7(), std::string{"7"}, std::string{"' OR 1"}}) {
    BOOST_CHECK_EXCEPTION(get("/orders/{id}", id), error, hidden);
    BOOST_CHECK_EXCEPTION(call(http::method::post, "/orders/{id}/cancel", id), error, hidden);
  }
  BOOST_CHECK_EXCEPTION(get("/admin/orders/{id}", "7"), error, hidden);
}

BOOST_FIXTURE_TEST_CASE(a_cancel_shows_the_order_as_it_is_then, routes_of_test) {
  const auto id = place_one(7).id;
  const auto now = call(http::method::post, "/orders/{id}/cancel", id);
  BOOST_TEST(now.status == 200);
  BOOST_TEST(member(now, "status") == "CANCELLED");
  BOOST_TEST(member(now, "reason") == "customer");
  BOOST_TEST(now.body == get("/orders/{id}", id).body);
  BOOST_TEST(header(now, "ETag") == header(get("/orders/{id}", id), "ETag"));
  BOOST_CHECK_EXCEPTION(call(http::method::post, "/orders/{id}/cancel", id), error,
                        is(fault::conflict, "order-final"));
}

BOOST_FIXTURE_TEST_CASE(lists_have_pages_and_tags, routes_of_test) {
  for (int i = 0; i < 5; ++i) place_one(7);
  const auto first = get("/orders", "", {}, "limit=3");
  BOOST_TEST(orders_in(first) == 3U);
  BOOST_TEST(!has(first.body, "history"));
  const auto second = get("/orders", "", {}, "limit=3&cursor=" + member(first, "nextCursor"));
  BOOST_TEST(orders_in(second) == 2U);
  BOOST_TEST(second.body.ends_with(R"("nextCursor":null})"));
  const headers known{{"If-None-Match", header(first, "ETag")}};
  BOOST_TEST(get("/orders", "", known, "limit=3").status == 304);
  place_one(7);
  BOOST_TEST(get("/orders", "", known, "limit=3").status == 200);
  for (const auto* bad : {"limit=0", "limit=101", "limit=x"})
    BOOST_CHECK_THROW(get("/orders", "", {}, bad), error);
  BOOST_CHECK_EXCEPTION(get("/orders", "", {}, "cursor=x"), error, is(fault::malformed, "invalid-cursor"));
}

BOOST_FIXTURE_TEST_CASE(staff_sees_all_orders_and_whose_they_are, routes_of_test) {
  const auto id = place_one(7).id;
  place_one(8);
  hear(decided(id, "ACCEPTED"));
  BOOST_TEST(orders_in(get("/admin/orders")) == 2U);
  const auto accepted = get("/admin/orders", "", {}, "status=ACCEPTED");
  BOOST_TEST(orders_in(accepted) == 1U);
  BOOST_TEST(has(accepted.body, R"("customerId":7,"email":"7@example.org","status":"ACCEPTED")"));
  BOOST_TEST(orders_in(get("/admin/orders", "", {}, "status=CANCELLED")) == 0U);
  BOOST_CHECK_EXCEPTION(get("/admin/orders", "", {}, "status=accepted"), error,
                        is(fault::malformed, "invalid-status"));
  const auto one = get("/admin/orders/{id}", id);
  BOOST_TEST(has(one.body, R"("email":"7@example.org")"));
  BOOST_TEST(has(one.body, "history"));
  BOOST_TEST(get("/admin/orders/{id}", id, {{"If-None-Match", header(one, "ETag")}}).status == 304);
}
