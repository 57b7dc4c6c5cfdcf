// The staff's routes over HTTP: who may, what is answered, with which status.
#include "common/auth/token.hpp"
#include "common/http/client.hpp"
#include "common/http/server.hpp"
#include "products/routes.hpp"
#include "tests/products/assortment_of_test.hpp"

using namespace mercat;
using namespace mercat::products;
using test::soon;

namespace {

auth::token_rules test_tokens() {
  auth::token_rules rules;
  rules.keys = {{"1", "a secret of tests, longer than 32 bytes"}};
  return rules;
}

struct answer {
  int status = 0;
  std::string body;
  std::string location;

  [[nodiscard]] json::document json() const { return json::document::parse(body); }
  [[nodiscard]] std::string slug() const {
    const auto parsed = json();
    const auto type = json::text(parsed.root(), "type").value_or("");
    return std::string(type.substr(type.rfind('/') + 1));
  }
  [[nodiscard]] std::int64_t integer(std::string_view name) const {
    const auto parsed = json();
    return json::integer(parsed.root(), name).value_or(-1);
  }
};

struct served : test::assortment_of_test {
  http::server server{quiet(), routes(shop, goods, "products-1"),
                      std::make_shared<auth::token_verifier>(test_tokens()), logger, metrics};
  std::unique_ptr<http::client> client;
  std::string admin = token_of("admin");
  std::string trace;

  served() {
    server.start();
    http::client_options options;
    options.name = "products";
    options.base_url = "http://127.0.0.1:" + std::to_string(server.port());
    client = std::make_unique<http::client>(loop, options, metrics);
  }
  static http::server_options quiet() {
    http::server_options options;
    options.access_log = false;
    return options;
  }
  static std::string token_of(const std::string& role) {
    auth::identity who;
    who.customer_id = 1;
    who.role = role;
    who.email = "ada@example.org";
    return auth::token_issuer{test_tokens()}.issue(
        who, std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
  }
  answer call(http::method method, const std::string& path, const std::string& body = {}) {
    return call(method, path, body, admin);
  }
  answer call(http::method method, const std::string& path, const std::string& body,
              const std::string& token) {
    http::client_request asked;
    asked.method = method;
    asked.target = path;
    asked.body = body;
    asked.headers.emplace_back("Content-Type", "application/json");
    if (!trace.empty()) asked.headers.emplace_back("traceparent", trace);
    if (!token.empty()) asked.headers.emplace_back("Authorization", "Bearer " + token);
    const auto got = await([&] { return client->send(asked, soon()); });
    return {got.status, got.body, std::string(got.headers.get("Location"))};
  }
};

const std::string lamp_json = R"({"sku":"LAMP-1","name":"Lamp","type":"lamps","price":49.9,"quantity":3})";

}  // namespace

BOOST_FIXTURE_TEST_CASE(only_the_staff_may_change_the_catalogue_whatever_the_body_is, served) {
  const auto user = token_of("user");
  using http::method;
  for (const auto& [how, path] : {std::pair<method, const char*>{method::post, "/products"},
                                  {method::put, "/products/1"},
                                  {method::del, "/products/1"},
                                  {method::post, "/products/1/stock"}})
    for (const auto* body : {"{}", "not json"}) {
      const std::string sent = how == method::del ? "" : body;
      BOOST_TEST(call(how, path, sent, "").status == 401);
      const auto refused = call(how, path, sent, user);
      BOOST_TEST(refused.status == 403);
      BOOST_TEST(refused.slug() == "role-required");
    }
  BOOST_TEST(number("SELECT COUNT(*) FROM product") == 0);
}

BOOST_FIXTURE_TEST_CASE(a_product_lives_its_life_over_http, served) {
  using http::method;
  const auto made = call(method::post, "/products", lamp_json);
  BOOST_TEST(made.status == 201);
  const auto path = "/products/" + std::to_string(made.integer("id"));
  BOOST_TEST(made.location == path);
  BOOST_TEST(call(method::get, path).body == made.body);
  const auto taken = call(method::post, "/products", lamp_json);
  BOOST_TEST(taken.status == 422);
  BOOST_TEST(taken.slug() == "sku-taken");

  const auto changed = call(method::put, path, made.body);
  BOOST_TEST(changed.status == 200);
  BOOST_TEST(changed.integer("version") == 2);
  const auto stale = call(method::put, path, made.body);
  BOOST_TEST(stale.status == 409);
  BOOST_TEST(stale.slug() == "version-conflict");
  BOOST_TEST(stale.body.find("its version is 2") != std::string::npos);
  BOOST_TEST(call(method::put, "/products/999", made.body).status == 404);

  const auto adjusted = call(method::post, path + "/stock", R"({"delta":-2,"reason":"broken"})");
  BOOST_TEST(adjusted.status == 200);
  BOOST_TEST(adjusted.body == R"({"quantity":1})");
  const auto refused = call(method::post, path + "/stock", R"({"delta":-2,"reason":"broken"})");
  BOOST_TEST(refused.status == 409);
  BOOST_TEST(refused.slug() == "insufficient-stock");
  BOOST_TEST(call(method::post, "/products/999/stock", R"({"delta":1,"reason":"x"})").status == 404);

  BOOST_TEST(call(method::del, path).status == 204);
  BOOST_TEST(call(method::del, path).status == 404);
  BOOST_TEST(call(method::get, path).status == 404);
  BOOST_TEST(call(method::del, "/products/one").status == 400);
}

BOOST_FIXTURE_TEST_CASE(a_wrong_body_is_answered_with_the_places, served) {
  const auto refused =
      call(http::method::post, "/products", R"({"sku":"A","name":"","type":7,"price":1.234})");
  BOOST_TEST(refused.status == 400);
  BOOST_TEST(refused.slug() == "invalid-body");
  const auto parsed = refused.json();
  const auto* errors = json::member(parsed.root(), "errors");
  BOOST_REQUIRE(errors != nullptr);
  BOOST_TEST(errors->Size() == 2U);
  BOOST_TEST(call(http::method::post, "/products", "{").status == 400);
}

BOOST_FIXTURE_TEST_CASE(the_longest_description_fits_also_when_every_character_is_escaped, served) {
  std::string escaped;
  for (int i = 0; i < 10'000; ++i) escaped += "\\ud83c\\udf6e";
  const auto made = call(http::method::post, "/products",
                         R"({"sku":"A","name":"n","type":"t","price":1,"description":")" + escaped + "\"}");
  BOOST_TEST(made.status == 201);
  const auto parsed = made.json();
  BOOST_TEST(json::text(parsed.root(), "description").value().size() == 40'000U);
  const auto too_long = call(
      http::method::post, "/products",
      R"({"sku":"B","name":"n","type":"t","price":1,"description":")" + std::string(10'001, 'x') + "\"}");
  BOOST_TEST(too_long.status == 400);
}

BOOST_FIXTURE_TEST_CASE(the_trace_of_a_request_goes_on_in_its_events_unless_it_is_none, served) {
  trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const auto made = call(http::method::post, "/products", lamp_json);
  const auto path = "/products/" + std::to_string(made.integer("id"));
  BOOST_TEST(call(http::method::put, path, made.body).status == 200);
  BOOST_TEST(call(http::method::post, path + "/stock", R"({"delta":1,"reason":"x"})").status == 200);
  BOOST_TEST(call(http::method::del, path).status == 204);
  BOOST_TEST(number("SELECT COUNT(*) FROM outbox WHERE traceparent = '" + trace + "'") == 5);
  trace = "00-not-a-trace";
  BOOST_TEST(call(http::method::post, "/products", lamp_json).status == 201);
  BOOST_TEST(number("SELECT COUNT(*) FROM outbox WHERE traceparent = ''") == 2);
}
