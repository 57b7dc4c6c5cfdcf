// Paths and queries that mean something else to somebody else (OWASP API8), lists that are asked for too much
// (API4), and the id of a request, which is the shop's to give.
#include "common/auth/base64url.hpp"
#include "tests/e2e/world.hpp"
#include "tests/security/group.hpp"
#include "tests/security/people.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace mercat::security;

namespace {

std::string text_in(const e2e::answer& received, const char* name) {
  return std::string(json::text(received.json().root(), name).value_or(""));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_path_is_what_it_says) {
  group all("paths", "API8");
  const std::vector<attack> tries{
      {"an encoded slash", {.path = "/products%2f1"}, "404 not-found"},
      {"an encoded slash in an id", {.path = "/products/1%2f2"}, "400 malformed-id"},
      {"up by an encoded slash", {.path = "/products/..%2f..%2fadmin%2forders"}, "400", "400|404"},
      {"up by encoded dots",
       {.path = "/products/%2e%2e/cart"},
       "404 not-found",
       "401 token-required|404 not-found"},
      {"up by dots", {.path = "/products/../cart"}, "404 not-found", "401 token-required|404 not-found"},
      {"up and out",
       {.path = "/products/../../../../etc/passwd"},
       "404 not-found",
       "400 bad-request|404 not-found"},
      {"up and out, encoded",
       {.path = "/products/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd"},
       "404 not-found",
       "400 bad-request|404 not-found"},
      {"dots with a parameter", {.path = "/products/..;/cart"}, "404 not-found"},
      {"a dot", {.path = "/products/./1"}, "404 not-found", "200|404 not-found"},
      {"a dot for an id", {.path = "/products/."}, "400 malformed-id|404 not-found"},
      {"an encoded dot for an id", {.path = "/products/%2e"}, "400 malformed-id|404 not-found"},
      {"two encoded dots for an id", {.path = "/products/%2e%2e"}, "400 malformed-id|404 not-found"},
      {"dots, encoded twice", {.path = "/products/%252e%252e%252fcart"}, "400 malformed-id"},
      {"two slashes", {.path = "/products//1"}, "404 not-found", "200|404 not-found"},
      {"two slashes in front", {.path = "//products"}, "404 not-found", "200|404 not-found"},
      {"a slash at the end", {.path = "/products/"}, "404 not-found"},
      {"a slash behind an id", {.path = "/products/1/"}, "404 not-found"},
      {"a backslash", {.path = "/products\\1"}, "404 not-found"},
      {"an encoded backslash", {.path = "/products/..%5c..%5cx"}, "400 malformed-id"},
      {"a parameter in the path", {.path = "/products;x=1"}, "404 not-found"},
      {"a parameter behind an id", {.path = "/products/1;jsessionid=2"}, "400 malformed-id"},
      {"an encoded NUL", {.path = "/products/1%00"}, "400 malformed-path", "400 bad-request"},
      {"an encoded NUL and an ending",
       {.path = "/products/1%00.json"},
       "400 malformed-path",
       "400 bad-request"},
      {"an encoded line end", {.path = "/products/1%0d%0aX:%20y"}, "400 malformed-id"},
      {"an encoded question mark", {.path = "/products%3flimit=1"}, "404 not-found"},
      {"an encoded fragment", {.path = "/products/1%23x"}, "400 malformed-id"},
      {"an escape cut short", {.path = "/products/1%2"}, "400 malformed-path", "400 bad-request"},
      {"an escape that is none", {.path = "/products/1%zz"}, "400 malformed-path", "400 bad-request"},
      {"a per cent sign alone", {.path = "/products/%"}, "400 malformed-path", "400 bad-request"},
      {"an escape of Microsoft's", {.path = "/products/%u0031"}, "400 malformed-path", "400 bad-request"},
      {"invalid UTF-8", {.path = "/products/%FF"}, "400 malformed-path"},
      {"an overlong slash", {.path = "/products/..%c0%af..%c0%afx"}, "400 malformed-path"},
      {"an overlong dot", {.path = "/products/%c0%ae%c0%ae/cart"}, "400 malformed-path"},
      {"an overlong NUL", {.path = "/products/%c0%80"}, "400 malformed-path"},
      {"UTF-8 of five bytes", {.path = "/products/%f8%88%80%80%80"}, "400 malformed-path"},
      {"an encoded surrogate", {.path = "/products/%ed%a0%80"}, "400 malformed-path"},
      {"UTF-8 cut short", {.path = "/products/%e2%82"}, "400 malformed-path"},
      {"wide digits", {.path = "/products/%ef%bc%91"}, "400 malformed-id"},
      {"encoded letters", {.path = "/%70roducts?limit=1"}, "200"},
      {"an encoded digit", {.path = "/products/%31"}, "200"},
      {"capitals", {.path = "/PRODUCTS"}, "404 not-found"},
      {"an ending", {.path = "/products/1.json"}, "400 malformed-id"},
      {"a sign", {.path = "/products/+1"}, "400 malformed-id"},
      {"minus", {.path = "/products/-1"}, "400 malformed-id"},
      {"leading zeros", {.path = "/products/0001"}, "400 malformed-id"},
      {"beyond 64 bits", {.path = "/products/18446744073709551617"}, "400 malformed-id"},
      {"a fraction", {.path = "/products/1.0"}, "400 malformed-id"},
      {"hexadecimal", {.path = "/products/0x1"}, "400 malformed-id"},
      {"an id of 4 KB", {.path = "/products/" + std::string(4'000, '1')}, "400 malformed-id"},
      {"a path of 7 KB in 3,500 parts",
       {.path =
            [] {
              std::string deep = "/products";
              for (int i = 0; i < 3'500; ++i) deep += "/a";
              return deep;
            }()},
       "404 not-found"},
      {"1,500 escapes",
       {.path = "/products/" +
                [] {
                  std::string escapes;
                  for (int i = 0; i < 1'500; ++i) escapes += "%41";
                  return escapes;
                }()},
       "400 malformed-id"}};
  all.try_all(tries);
  all.finish();
}

BOOST_AUTO_TEST_CASE(a_query_is_read_once_and_strictly) {
  group all("queries", "API4");
  const auto list = [](const std::string& query) { return request{.path = "/products?" + query}; };
  std::vector<attack> tries;
  for (const auto* limit : {"0",
                            "-1",
                            "101",
                            "1000000000",
                            "99999999999999999999",
                            "1.5",
                            "1e2",
                            "0x10",
                            "abc",
                            "",
                            "%31%30%30%30",
                            "+5",
                            "%205",
                            "5%00",
                            "5;drop",
                            "NaN",
                            "Infinity",
                            "null",
                            "[]",
                            "true",
                            "1,2",
                            "\xEF\xBC\x91"})
    tries.push_back({"limit=" + std::string(limit), list("limit=" + std::string(limit)), "400",
                     std::string_view{limit}.starts_with("\xEF") ? "400" : ""});
  for (const auto* query : {"limit=1&limit=2", "limit=1&limit=1", "q=a&q=b", "sort=price&sort=name", "q=%zz",
                            "q=%", "q=%FF", "q=%00", "q=%c0%af", "q=%ed%a0%80", "%00=1", "%FF=1"})
    tries.push_back({std::string("?") + query, list(query), "400 invalid-query"});
  for (const auto* query : {"limit[]=1&limit[]=1", "limit%5B%5D=1", "unknown=x", "LIMIT=9999", "limit=1&",
                            "&&limit=1", "limit=1#x", "=x", "?limit=1", "limit=1;q=%27", "__proto__=1",
                            "constructor=1", "q=", "category=", "a=1&b=2&c=3&d=4"})
    if (std::string_view{query} != "limit=1#x" && std::string_view{query} != "limit[]=1&limit[]=1" &&
        std::string_view{query} != "limit=1;q=%27")
      tries.push_back({std::string("?") + query, list(query), "200"});
  tries.push_back({"?limit[]= twice", list("limit[]=1&limit[]=1"), "400 invalid-query"});
  tries.push_back({"?limit=1;q=", list("limit=1;q=%27"), "400 invalid-query"});
  tries.push_back({"500 parameters", list([] {
                     std::string all_of_them;
                     for (int i = 0; i < 500; ++i) all_of_them += "p" + std::to_string(i) + "=1&";
                     return all_of_them;
                   }()),
                   "200"});
  tries.push_back({"q of 1,000 letters", list("q=" + std::string(1'000, 'a')), "400 invalid-query"});
  tries.push_back({"q of 500 words",
                   list("q=" +
                        [] {
                          std::string words;
                          for (int i = 0; i < 500; ++i) words += "w" + std::to_string(i) + "+";
                          return words;
                        }()),
                   "400 invalid-query"});
  for (const auto* price : {"-1", "1.999", "1e3", "NaN", "Infinity", "99999999999999999999", "0x1", "1,5", "",
                            "+1", "%201", "--1", "."})
    for (const auto* name : {"minPrice", "maxPrice"})
      tries.push_back(
          {std::string(name) + "=" + price, list(std::string(name) + "=" + price), "400 invalid-query"});
  tries.push_back({"minPrice above maxPrice", list("minPrice=2&maxPrice=1"), "400 invalid-query"});
  for (const auto* sort : {"id", "-name", "price,name", "PRICE", "price--", "price;", "(SELECT 1)", "1", ""})
    tries.push_back({"sort=" + std::string(sort),
                     list("sort=" +
                          [&] {
                            std::string safe = sort;
                            for (auto& c : safe)
                              if (c == ' ') c = '+';
                            return safe;
                          }()),
                     "400 invalid-query"});
  for (const auto* body :
       {R"({"ids":[0]})", R"({"ids":[-1]})", R"({"ids":[1.5]})", R"({"ids":["1"]})", R"({"ids":[null]})",
        R"({"ids":[[1]]})", R"({"ids":1})", R"({"ids":{}})", R"({"ids":null})", "{}"})
    tries.push_back({"ids: " + std::string(body), {"POST", "/products/ids", body}, "400 invalid-body"});
  tries.push_back({"101 ids",
                   {"POST", "/products/ids",
                    "{\"ids\":[1" +
                        [] {
                          std::string more;
                          for (int i = 0; i < 100; ++i) more += ",1";
                          return more;
                        }() +
                        "]}"},
                   "400 invalid-body"});
  tries.push_back(
      {"ids beyond 64 bits", {"POST", "/products/ids", R"({"ids":[18446744073709551615]})"}, "200"});
  all.try_all(tries);
  all.finish();
}

BOOST_AUTO_TEST_CASE(a_cursor_is_ours_or_none) {
  group all("cursors", "API1");
  const auto& token = a_customer().token;
  const auto page = ask(the("edge"), {.path = "/products?limit=1&sort=price"});
  const auto good = text_in(page, "nextCursor");
  const auto plain = auth::from_base64url(good).value_or("");
  const auto changed = [&](std::string_view from, std::string_view to) {
    auto text = plain;
    const auto at = text.rfind(from);
    if (at != std::string::npos) text.replace(at, from.size(), to);
    return auth::base64url(text);
  };
  std::vector<attack> tries{
      {"a good one", {.path = "/products?limit=1&sort=price&cursor=" + good}, "200"},
      {"for another order", {.path = "/products?limit=1&sort=name&cursor=" + good}, "400 invalid-cursor"}};
  for (const auto& [name, cursor] : std::vector<std::pair<std::string, std::string>>{
           {"empty", ""},
           {"no base64url", "!!!!"},
           {"padded", good + "="},
           {"cut", good.substr(0, good.size() / 2)},
           {"doubled", good + good},
           {"with its first letter changed", (good[0] == 'A' ? "B" : "A") + good.substr(1)},
           {"with another price", changed("|", "0|")},
           {"with another id", changed("price|", "price|9")},
           {"with another order's name", changed("price", "name")},
           {"for SQL", auth::base64url("1|price|1 OR 1=1|1|")},
           {"with a quote", auth::base64url("1|price|1|'|'")},
           {"with a NUL", auth::base64url(std::string("1|price|1|1|\0", 13))},
           {"of bars", auth::base64url(std::string(1'000, '|'))},
           {"of JSON", auth::base64url(R"({"id":1})")},
           {"of invalid UTF-8", auth::base64url("\xFF\xFE\xFD")},
           {"of 4 KB", std::string(4'000, 'A')},
           {"an order's id", "0190a5e0-0000-7000-8000-000000000000"},
           {"a number", "100"},
           {"an escape", "%2527"}}) {
    tries.push_back({name + ", of products",
                     {.path = "/products?limit=1&sort=price&cursor=" + cursor},
                     "400 invalid-cursor"});
    tries.push_back({name + ", of orders",
                     {.path = "/orders?limit=1&cursor=" + cursor, .token = token},
                     "400 invalid-cursor|400 invalid-query"});
  }
  all.try_all(tries);
  all.finish();
}

BOOST_AUTO_TEST_CASE(the_shop_gives_a_request_its_id) {
  group all("request ids", "API8");
  for (const auto& [name, id] : std::vector<std::pair<std::string, std::string>>{
           {"a plausible one", "0190a5e000007000800000000000abcd"},
           {"a short one", "1"},
           {"an empty one", ""},
           {"one of 5 KB", std::string(5'000, 'a')},
           {"a script", "<script>alert(1)</script>"},
           {"JSON", R"(x","admin":"true)"},
           {"a quote", "\"'\""},
           {"a format", "%s%n%d"},
           {"escapes", "%0d%0aX: y"},
           {"bytes above ASCII", "\xC3\xA9\xF0\x9F\x9B\x92"},
           {"invalid UTF-8", "\xFF\xFE\xFF\xFE\xFF\xFE\xFF\xFE\xFF\xFE\xFF\xFE\xFF\xFE\xFF\xFE"},
           {"a look-up", "${jndi:ldap://127.0.0.1/x}"},
           {"a path", "../../../../etc/passwd"},
           {"a tab", "aaaaaaaa\tbbbbbbbbbbbbb"}}) {
    for (const auto& where : places()) {
      const auto received =
          ask(where,
              {.path = "/nothing", .headers = {{"X-Request-Id", id}, {"X-Hop-Id", id}, {"traceparent", id}}});
      const auto given = received.header("x-request-id");
      // A service takes the id of the edge for its own, when it looks like one; it writes nothing else back.
      const bool taken = given == id && name != "a plausible one";
      all.judge("an id: " + name, where.name, "404, not taken",
                spelled(received).substr(0, 3) +
                    (taken || given.empty() || (where.is_edge() && given == id) ? ", taken" : ", not taken"));
      const bool in_body = !id.empty() && id.size() > 1 && name != "a plausible one" &&
                           received.body.find(id) != std::string::npos;
      all.judge("an id in the body: " + name, where.name, "not there", in_body ? "there" : "not there");
    }
  }
  for (const auto& where : places()) {
    const auto received = ask(where, {.path = "/nothing",
                                      .headers = {{"X-Request-Id", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
                                                  {"X-Request-Id", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}}});
    all.judge("two ids", where.name, "404 not-found", spelled(received));
  }
  // The time left is the edge's to say: a client's own word for it is not handed on.
  for (const auto* left : {"0", "-1", "99999999999999999999", "x"})
    all.try_at(the("edge"),
               {std::string("a client's deadline of ") + left,
                {.path = "/categories", .headers = {{"X-Deadline-Ms", left}, {"X-Deadline-At", left}}},
                "200"});
  for (const auto* left : {"-1", "99999999999999999999", "x", "1e3", ""})
    for (const auto& where : {the("products"), the("bff-web")})
      all.try_at(where,
                 {std::string("no deadline: ") + left,
                  {.path = "/categories", .headers = {{"X-Deadline-Ms", left}, {"X-Deadline-At", left}}},
                  "200"});
  all.finish();
}
