// Who may do what, and what is open that should not be (OWASP API Security Top 10, 2023: API2, API5, API8,
// API9, API7).
#include "tests/e2e/api_table.hpp"
#include "tests/security/bearer.hpp"
#include "tests/security/raw.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace mercat;
using namespace mercat::security;

namespace {

// A row of the API's table as a request about nothing that exists, without "/api".
request request_of(const e2e::api::row& each) {
  const auto space = each.route.find(' ');
  request made{.method = each.route.substr(0, space), .path = each.route.substr(space + 5)};
  for (const auto* name : {"{id}", "{productId}"})
    if (const auto at = made.path.find(name); at != std::string::npos)
      made.path.replace(at, std::string_view{name}.size(), "999999999");
  if (made.method == "POST" || made.method == "PUT" || made.method == "PATCH") made.body = "{";
  return made;
}

bool of_the_api(const e2e::api::row& each) {
  return each.route.find(" /api/") != std::string::npos;
}

// A role that customers do not have, signed as the shop signs.
std::string token_with_role(const std::string& role) {
  const auto good = parts_of(a_customer().token);
  return sign(object_of(good.header), object_of(with(good.claims, "role", "\"" + role + "\"")), secret());
}

}  // namespace

// Deny by default: each route of the table, at the edge and in every program that has it.
BOOST_AUTO_TEST_CASE(every_route_knows_who_may_use_it) {
  group all("functions by role", "API5");
  for (const auto& each : e2e::api::table()) {
    if (!of_the_api(each)) continue;
    auto asked = request_of(each);
    const auto name = asked.method + " " + asked.path;
    asked.token = "not.a.token";
    all.try_all({{name + ", a forged token", asked, "401 token-invalid", {}, "API2"}});
    if (each.who == e2e::api::access::open) continue;
    asked.token.clear();
    all.try_all({{name + ", no token", asked, "401 token-required", {}, "API2"}});
    if (each.who != e2e::api::access::admin) continue;
    asked.token = a_customer().token;
    all.try_all({{name + ", a customer", asked, "403 role-required"}});
    asked.token = token_with_role("seller");
    all.try_all({{name + ", a seller", asked, "403 role-required"}});
  }
  all.finish();
}

// The method is the method, whatever a header or the query says.
BOOST_AUTO_TEST_CASE(no_function_is_reached_in_another_way) {
  group all("functions by detours", "API5");
  const auto& token = a_customer().token;
  std::vector<attack> tries;
  for (const auto* header : {"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"})
    tries.push_back({std::string("DELETE by ") + header,
                     {.path = "/profile", .token = token, .headers = {{header, "DELETE"}}},
                     "200"});
  for (const auto* query : {"_method=DELETE", "method=DELETE", "X-HTTP-Method-Override=DELETE"})
    tries.push_back({std::string("DELETE by ?") + query,
                     {.path = std::string("/profile?") + query, .token = token},
                     "200"});
  for (const auto* method :
       {"PROPFIND", "MKCOL", "COPY", "LOCK", "SEARCH", "PURGE", "DEBUG", "TRACK", "QUERY", "LINK", "GETX"})
    tries.push_back({std::string("method ") + method,
                     {.method = method, .path = "/profile", .token = token},
                     "405 method-not-allowed"});
  for (const auto* header :
       {"X-Role", "X-User-Role", "X-Admin", "X-Mercat-Role", "X-Internal", "X-Original-URL", "X-Rewrite-URL",
        "X-Forwarded-Prefix", "X-Forwarded-Host", "X-Forwarded-For", "X-Real-IP", "Forwarded"})
    tries.push_back({std::string("the staff's orders with ") + header,
                     {.path = "/admin/orders", .token = token, .headers = {{header, "admin"}}},
                     "403 role-required"});
  tries.push_back({"the staff's orders with ?role=admin",
                   {.path = "/admin/orders?role=admin&admin=true", .token = token},
                   "403 role-required"});
  for (const auto* header : {"X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Uri"})
    tries.push_back({std::string("another address by ") + header,
                     {.path = "/categories", .headers = {{header, "/api/admin/orders"}}},
                     "200"});
  tries.push_back(
      {"HEAD of the staff's orders", {.method = "HEAD", .path = "/admin/orders", .token = token}, "403"});
  tries.push_back({"OPTIONS of the staff's orders tells methods only",
                   {.method = "OPTIONS", .path = "/admin/orders"},
                   "204"});
  for (const auto* path : {"/admin", "/admin/", "/admin/customers", "/admin/products", "/Admin/orders",
                           "/ADMIN/ORDERS", "/admin/orders/", "/admin//orders", "/admin/orders;x=1",
                           "/admin/orders%20", "/admin/orders%00", "/admin%2forders", "/%61dmin/orders",
                           "/admin/./orders", "/admin/../admin/orders", "/products/../admin/orders"})
    tries.push_back({std::string("a customer asks ") + path,
                     {.path = path, .token = token},
                     "404|403 role-required|400 malformed-path",
                     "404|403 role-required|400 bad-request"});
  all.try_all(tries);
  all.finish();
}

// What is there is in the table of the API, and nothing else is.
BOOST_AUTO_TEST_CASE(nothing_old_or_internal_is_reachable) {
  group all("inventory", "API9");
  const std::vector<std::string> paths{"/v1/products",   "/v2/products",
                                       "/beta/products", "/internal/products",
                                       "/test",          "/debug",
                                       "/debug/pprof",   "/metrics",
                                       "/ready",         "/health",
                                       "/nginx-status",  "/actuator/env",
                                       "/swagger.json",  "/openapi.json",
                                       "/graphql",       "/console",
                                       "/config",        "/env",
                                       "/backup",        "/.env",
                                       "/.git/config",   "/.git/HEAD",
                                       "/server-status", "/phpmyadmin/",
                                       "/wp-login.php",  "/customer/profile",
                                       "/products.json", "/CUSTOMER_RPC",
                                       "/rpc",           "/users",
                                       "/tokens",        "/outbox",
                                       "/index.html",    "/_problem/internal-error"};
  for (const auto& path : paths)
    for (const auto& where : places()) all.try_at(where, {path, {.path = path}, "404 not-found"});
  // Beside the API, at the edge only.
  auto bare = the("edge");
  bare.prefix.clear();
  for (const auto* path : {"/api",
                           "/metrics",
                           "/ready",
                           "/nginx-status",
                           "/.env",
                           "/.git/config",
                           "/.git/",
                           "/images/",

                           "/images/../main.cpp",
                           "/images/..%2f..%2fCMakeLists.txt",
                           "/images/%2e%2e/%2e%2e/mercat",
                           "/images/mango.svg/",
                           "/images/.hidden",
                           "/index.html~",
                           "/html/",
                           "/profile",
                           "/products",
                           "/admin/orders",
                           "/_problem/internal-error",
                           "/@user_agent_required",
                           "/apix/products",
                           "//api/products/1x",
                           "/API/products"})
    all.try_at(bare, {std::string("beside the API: ") + path, {.path = path}, "404|400"});
  all.finish();
}

namespace {

std::string absent_or(const std::string& value) {
  return value.empty() ? "absent" : value;
}

void check_headers(group& all, const std::string& name, const e2e::answer& received) {
  all.judge(name + ": nosniff", "edge", "nosniff", absent_or(received.header("x-content-type-options")));
  all.judge(name + ": no frames", "edge", "DENY", absent_or(received.header("x-frame-options")));
  all.judge(name + ": no referrer", "edge", "no-referrer", absent_or(received.header("referrer-policy")));
  all.judge(name + ": content policy", "edge", "there",
            received.header("content-security-policy").find("frame-ancestors 'none'") == std::string::npos
                ? "not there"
                : "there");
  all.judge(name + ": the server's version", "edge", "nginx|absent", absent_or(received.header("server")));
  for (const auto* header :
       {"x-powered-by", "x-hop-id", "x-aspnet-version", "via", "access-control-allow-credentials"})
    all.judge(name + ": " + header, "edge", "absent", absent_or(received.header(header)));
  all.judge(name + ": an id of the edge", "edge", "there",
            received.header("x-request-id").size() == 32 ? "there" : "not there");
}

}  // namespace

BOOST_AUTO_TEST_CASE(answers_tell_no_more_than_they_must) {
  group all("configuration", "API8");
  const auto& edge = the("edge");
  const auto& token = a_customer().token;
  check_headers(all, "200", ask(edge, {.path = "/profile", .token = token}));
  check_headers(all, "401", ask(edge, {.path = "/profile"}));
  check_headers(all, "404", ask(edge, {.path = "/nothing"}));
  check_headers(all, "nginx's 400", ask(edge, {.path = "/products/%00"}));
  check_headers(all, "413", ask(edge, {"POST", "/login", std::string(2'000'000, ' ')}));
  for (const auto* origin : {"https://evil.example", "null", "http://127.0.0.1.evil.example",
                             "https://mercat.test.evil.example", "file://"})
    for (const auto* method : {"GET", "OPTIONS"}) {
      const auto received =
          ask(edge, {.method = method,
                     .path = "/profile",
                     .token = token,
                     .headers = {{"Origin", origin}, {"Access-Control-Request-Method", "DELETE"}}});
      all.judge(std::string(method) + " from " + origin, "edge", "absent",
                absent_or(received.header("access-control-allow-origin")));
    }
  for (const auto& where : places())
    for (const auto* path :
         {"/products/x", "/products?cursor=x", "/products?sort=x", "/orders/x", "/orders?limit=x",
          "/customers?userId=x", "/customers/x", "/admin/orders", "/nothing", "/cart/x"}) {
      const auto body = ask(where, {.path = path, .token = token}).body;
      std::string said = "nothing";
      for (const auto* word : {"SELECT", "mysql", "MariaDB", "/src/", ".cpp", ".hpp", "std::", "exception",
                               "nginx/", "Pistache", "stack", "errno", "127.0.0.1"})
        if (body.find(word) != std::string::npos) said = word;
      all.judge(std::string("what the error of ") + path + " says of the inside", where.name, "nothing",
                said);
    }
  all.finish();
}

// Nobody is made to call another (SSRF): not by the request line, a header, a body or a token.
BOOST_AUTO_TEST_CASE(nobody_follows_an_address) {
  group all("addresses", "API7");
  listener nobody_calls;
  const auto host = "127.0.0.1:" + std::to_string(nobody_calls.port());
  const auto url = "http://" + host + "/";
  std::vector<attack> tries;
  for (const auto* header : {"X-Forwarded-Host", "X-Forwarded-Server", "X-Host", "X-Original-URL",
                             "X-Upstream", "X-Accel-Redirect", "X-Sendfile", "Referer", "Origin",
                             "True-Client-IP", "X-Wap-Profile", "Link", "Location", "Destination"})
    tries.push_back(
        {std::string("in the header ") + header, {.path = "/categories", .headers = {{header, url}}}, "200"});
  for (const auto* name :
       {"url", "uri", "redirect", "next", "callback", "webhook", "image", "file", "path", "src"})
    tries.push_back(
        {std::string("in ?") + name, {.path = std::string("/categories?") + name + "=" + url}, "200"});
  const auto& admin = an_admin().token;
  const auto body = [&](const std::string& sku) {
    return R"({"sku":"A)" + sku + std::to_string(nobody_calls.port()) + std::to_string(an_admin().id) +
           R"(","name":")" + url + R"(","type":"Attacked","price":1,"banner":")" + url +
           R"(banner.png","supplier":")" + url + R"(","description":"<img src=')" + url + "'>\"}";
  };
  all.try_all(tries);
  for (const auto& where : places_of("/products"))
    all.try_at(where, {"in a product's picture", {"POST", "/products", body(where.name), admin}, "201"});
  try_raw(all, {{"in Host", "GET {PATH} HTTP/1.1\r\nHost: " + host + "\r\nUser-Agent: x\r\n\r\n",
                 "200, open|401 token-required, open"},
                {"in the request line", "GET " + url + " HTTP/1.1\r\nHost: shop\r\nUser-Agent: x\r\n\r\n",
                 "400 malformed-request, closed", "200, open"}});
  all.judge("nobody was called", "anywhere", "0 connections",
            std::to_string(nobody_calls.calls()) + " connections");
  all.finish();
}
