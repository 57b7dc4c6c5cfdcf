// What browsers are told with every answer, and which pages of others may use the API.
#include "tests/e2e/shop.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace mercat::e2e;

namespace {

constexpr const char* listed = "https://shop.example";  // deploy/local/mercat_local/testing.py
constexpr const char* also_listed = "http://localhost:3000";

browser somebody() {
  browser device(url());
  device.come_from("127.0.2.1");
  return device;
}

browser page_of(const std::string& origin) {
  auto device = somebody();
  device.header("Origin", origin);
  return device;
}

answer preflight(const std::string& origin, const std::string& path = "/api/cart") {
  auto device = page_of(origin);
  device.header("Access-Control-Request-Method", "POST");
  device.header("Access-Control-Request-Headers", "authorization,content-type");
  return device.send("OPTIONS", path);
}

bool speaks_of_cors(const answer& received) {
  return std::ranges::any_of(received.headers,
                             [](const auto& each) { return each.first.starts_with("access-control-"); });
}

void check_protection(const answer& received) {
  BOOST_TEST(received.header("x-content-type-options") == "nosniff");
  BOOST_TEST(received.header("x-frame-options") == "DENY");
  BOOST_TEST(received.header("referrer-policy") == "no-referrer");
  BOOST_TEST(!received.header("permissions-policy").empty());
  BOOST_TEST(received.header("cross-origin-opener-policy") == "same-origin");
  BOOST_TEST(!received.header("cross-origin-resource-policy").empty());
  BOOST_TEST(received.header("content-security-policy").find("frame-ancestors 'none'") != std::string::npos);
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_answer_protects_the_browser_whoever_made_it) {
  struct asked {
    const char* method;
    std::string path;
    int status;
  };
  const std::string long_path = "/api/" + std::string(9000, 'a');
  const std::vector<asked> all{
      {"GET", "/", 200},
      {"GET", "/status", 200},
      {"POST", "/status", 405},
      {"GET", "/nothing", 404},
      {"GET", "/images/none", 404},
      {"GET", "/api", 404},
      {"GET", "/api/%00", 400},
      {"GET", long_path, 414},
      {"GET", "/api/products?limit=1", 200},
      {"GET", "/api/profile", 401},
      {"PUT", "/api/products", 405},
  };
  auto device = somebody();
  for (const auto& each : all) BOOST_TEST_CONTEXT(each.method << " " << each.path.substr(0, 40)) {
      const auto received = device.send(each.method, each.path);
      BOOST_TEST(received.status == each.status);
      check_protection(received);
    }
  check_protection(device.post("/api/login", std::string(2 * 1024 * 1024, ' ')));
  device.header("X-Large", std::string(20'000, 'x'));
  const auto received = device.get("/api/products");
  BOOST_TEST(received.status == 431);
  check_protection(received);
}

BOOST_AUTO_TEST_CASE(scripts_come_from_here_or_not_at_all) {
  auto device = somebody();
  const auto page = device.get("/").header("content-security-policy");
  BOOST_TEST(page.find("script-src 'self';") != std::string::npos, page);
  BOOST_TEST(device.get("/api/products?limit=1")
                 .header("content-security-policy")
                 .starts_with("default-src 'none'"));
}

BOOST_AUTO_TEST_CASE(tokens_and_personal_data_are_kept_in_no_cache) {
  auto device = somebody();
  const auto signed_up =
      device.post("/api/signup", R"({"email":")" + fresh_email() + R"(","password":"long enough 1"})");
  BOOST_TEST(signed_up.status == 201);
  BOOST_TEST(signed_up.header("cache-control") == "no-store");
  device.log_in_as(std::string(mercat::json::text(signed_up.json().root(), "accessToken").value()));
  BOOST_TEST(device.get("/api/profile").header("cache-control") == "no-store");
  // It says so itself, and once is enough.
  BOOST_TEST(device.get("/api/orders").header("cache-control") == "private, no-cache");
}

BOOST_AUTO_TEST_CASE(a_page_of_a_listed_origin_may_use_the_api) {
  for (const auto* origin : {listed, also_listed}) {
    const auto asked = preflight(origin);
    BOOST_TEST(asked.status == 204);
    BOOST_TEST(asked.header("access-control-allow-origin") == origin);
    BOOST_TEST(asked.header("access-control-allow-methods").find("DELETE") != std::string::npos);
    BOOST_TEST(asked.header("access-control-allow-headers").find("Authorization") != std::string::npos);
    BOOST_TEST(asked.header("access-control-max-age") == "600");
    BOOST_TEST(asked.header("access-control-allow-credentials").empty());
    for (const auto* path : {"/api/products?limit=1", "/api/profile", "/api/nothing"}) {
      const auto received = page_of(origin).get(path);
      BOOST_TEST(received.header("access-control-allow-origin") == origin, path);
      const auto exposed = received.header("access-control-expose-headers");
      for (const auto* name : {"X-Request-Id", "Retry-After", "ETag"})
        BOOST_TEST(exposed.find(name) != std::string::npos, path << " " << exposed);
      BOOST_TEST(received.header("vary").find("Origin") != std::string::npos, path);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_page_of_any_other_origin_may_not) {
  for (const auto* origin :
       {"https://evil.example", "null", "http://shop.example", "https://shop.example:444",
        "https://shop.example.evil", "https://ashop.example", "https://shop.example, https://evil.example",
        "https://shop.example/", "*", ""}) {
    BOOST_TEST_CONTEXT(origin) {
      BOOST_TEST(!speaks_of_cors(preflight(origin)));
      const auto received = page_of(origin).get("/api/products?limit=1");
      BOOST_TEST(received.status == 200);
      BOOST_TEST(!speaks_of_cors(received));
      BOOST_TEST(received.header("vary").find("Origin") != std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_the_api_is_for_our_own_pages) {
  BOOST_TEST(!speaks_of_cors(page_of(listed).get("/")));
  BOOST_TEST(!speaks_of_cors(preflight(listed, "/status")));
}
