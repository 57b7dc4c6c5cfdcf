// The web BFF behind a real listener: what it decides before anything goes to a service.
#include "tests/bff/shop.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace mercat::test;
using http::method;

namespace {

auth::token_rules rules() {
  auth::token_rules known;
  known.keys = {{"1", "a secret of the tests, long enough"}};
  return known;
}

std::string token_of(std::int64_t customer_id) {
  auth::identity who;
  who.customer_id = customer_id;
  who.role = "user";
  who.email = "user@mercat.test";
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return auth::token_issuer{rules()}.issue(who, now);
}

// The services behind, the BFF, and somebody in front who calls it.
struct served {
  shop behind;
  log::logger logger{"bff-web", "bff-web-1", log::level::error};
  http::server server;
  http::client front;

  explicit served(scripted_server::script all)
      : behind(std::move(all)),
        server({}, behind.web, std::make_shared<auth::token_verifier>(rules()), logger, behind.metrics),
        front(behind.caller_loop, started(), behind.metrics) {}

  http::client_options started() {
    server.start();
    return {.name = "bff-web",
            .base_url = "http://127.0.0.1:" + std::to_string(server.port()),
            .time_limit = 10s};
  }

  http::client_response send(http::client_request what) {
    return async::wait_for(behind.caller_loop,
                           [this, &what] { return front.send(what, async::deadline::in(10s)); });
  }
  http::client_response get(std::string target, const std::string& authorization = {}) {
    http::client_request what{.target = std::move(target)};
    if (!authorization.empty()) what.headers.emplace_back("Authorization", authorization);
    return send(std::move(what));
  }
  http::client_response post(std::string target, std::string body, std::string type = "application/json") {
    return send({.method = method::post,
                 .target = std::move(target),
                 .headers = {{"Content-Type", std::move(type)}, {"Authorization", "Bearer " + token_of(7)}},
                 .body = std::move(body)});
  }
  [[nodiscard]] std::size_t passed_on() const {
    return behind.customer.seen().size() + behind.products.seen().size() + behind.shopping.seen().size();
  }
};

std::optional<std::string> says(const seen_request& asked) {
  return answer_to(asked, 200, R"({"products":[],"price":3.10})", "Cache-Control: no-store\r\n");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_served_bff)

BOOST_AUTO_TEST_CASE(answers_with_what_the_owner_says) {
  served bff{says};
  const auto answer = bff.get("/api/products?limit=2");
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(answer.body == R"({"products":[],"price":3.10})");
  BOOST_TEST(answer.headers.get("Content-Type") == "application/json");
  BOOST_TEST(answer.headers.get("Cache-Control") == "no-store");
  BOOST_TEST(bff.behind.products.seen().at(0).target == "/products?limit=2");
  BOOST_TEST(bff.get("/status").body == "OK");
}

BOOST_AUTO_TEST_CASE(gives_head_the_length_of_the_whole_answer) {
  served bff{says};
  const auto answer = bff.send({.method = method::head, .target = "/api/products"});
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(answer.body.empty());
  BOOST_TEST(answer.headers.get("Content-Length") == "28");
}

BOOST_AUTO_TEST_CASE(wants_a_good_token_where_one_is_needed_and_no_bad_one_anywhere) {
  served bff{says};
  BOOST_TEST(bff.get("/api/cart").status == 401);
  BOOST_TEST(bff.get("/api/cart", "Bearer nonsense").status == 401);
  BOOST_TEST(bff.get("/api/home", "Bearer nonsense").status == 401);
  BOOST_TEST(bff.get("/api/products", "Bearer nonsense").status == 401);
  BOOST_TEST(bff.passed_on() == 0U);
  BOOST_TEST(bff.get("/api/cart", "Bearer " + token_of(7)).status == 200);
  BOOST_TEST(bff.get("/api/home", "bearer " + token_of(7)).body.ends_with(R"("degraded":[]})"));
}

BOOST_AUTO_TEST_CASE(refuses_bodies_that_no_owner_could_want) {
  served bff{says};
  BOOST_TEST(bff.post("/api/cart", R"({"productId":)").status == 400);
  BOOST_TEST(bff.post("/api/cart", "[1]").status == 400);
  BOOST_TEST(bff.post("/api/cart", "productId=1", "application/x-www-form-urlencoded").status == 415);
  BOOST_TEST(bff.post("/api/cart", R"({"x":")" + std::string(100'000, 'x') + R"("})").status == 413);
  BOOST_TEST(bff.passed_on() == 0U);
  BOOST_TEST(bff.post("/api/cart", R"({"productId":1,"quantity":2})").status == 200);
}

BOOST_AUTO_TEST_CASE(says_414_when_the_address_grows_too_long_on_its_way_to_the_owner) {
  served bff{says};
  for (int i = 0; i < 20; ++i) {
    const auto answer = bff.get("/api/products/" + std::string(7000, '!'));  // each becomes %21
    BOOST_TEST(answer.status == 414);
    BOOST_TEST((answer.body.find("/uri-too-long\"") != std::string::npos));
  }
  BOOST_TEST(bff.passed_on() == 0U);
  BOOST_TEST(bff.get("/api/products/1").status == 200);
}

BOOST_AUTO_TEST_CASE(waits_for_its_services_as_long_as_they_may_take) {
  served bff{says};
  for (const auto& route : bff.behind.web)
    if (route.path != "/api/status" && route.path != "/status")
      BOOST_TEST((route.time_limit > http::client_options{}.time_limit), route.path);
}

BOOST_AUTO_TEST_CASE(knows_its_paths) {
  served bff{says};
  BOOST_TEST(bff.get("/api/nothing").status == 404);
  BOOST_TEST(bff.get("/products").status == 404);
  const auto wrong_method = bff.send({.method = method::put, .target = "/api/cart", .body = "{}"});
  BOOST_TEST(wrong_method.status == 405);
  BOOST_TEST(wrong_method.headers.has("Allow"));
  BOOST_TEST(bff.passed_on() == 0U);
}

BOOST_AUTO_TEST_CASE(says_503_with_retry_after_when_an_owner_is_away_and_504_when_it_is_silent) {
  served bff{[](const seen_request& asked) {
    return asked.target == "/cart" ? std::nullopt : std::optional<std::string>{""};
  }};
  const auto away = bff.get("/api/products");
  BOOST_TEST(away.status == 503);
  BOOST_TEST(away.headers.get("Retry-After") == "1");
  BOOST_TEST(away.headers.get("Content-Type") == "application/problem+json");
  BOOST_TEST((away.body.find("products-unavailable") != std::string::npos));
  const auto silent = bff.get("/api/cart", "Bearer " + token_of(7));
  BOOST_TEST(silent.status == 504);
  BOOST_TEST((silent.body.find("shopping-timeout") != std::string::npos));
  BOOST_TEST(bff.get("/api/home").status == 200);
}

BOOST_AUTO_TEST_SUITE_END()
