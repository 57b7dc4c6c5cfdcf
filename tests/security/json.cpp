// Bodies that are no JSON, or another JSON than they seem (RFC 8259; OWASP API8), at a route of each service,
// which has to say so and nothing else. Everything large is made here, nothing is stored.
#include "common/uuid.hpp"
#include "tests/security/group.hpp"
#include "tests/security/people.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace mercat::security;

namespace {

struct body_case {
  std::string name;
  std::string member;  // the value of one more member "x" beside the right ones; empty: `whole` is the body
  std::string whole;
  const char* expected = "400 malformed-json";
};

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

// Routes with a body: one of each service, and what is right for it.
struct target {
  request sent;       // body: the right one
  const char* right;  // its answer
};

std::vector<target> targets() {
  return {{{"POST", "/products/ids", R"({"ids":[1]})"}, "200"},
          {{"POST", "/token/refresh", R"({"refreshToken":"x"})"}, "401 refresh-token-invalid"},
          {{"PATCH", "/profile", R"({"name":"Ann"})", a_customer().token}, "200"},
          {{"POST", "/cart/merge", R"({"items":[]})", a_customer().token}, "200"}};
}

std::string with_member(const std::string& body, const std::string& value) {
  return body.substr(0, body.size() - 1) + ",\"x\":" + value + "}";
}

void try_bodies(group& all, const std::vector<body_case>& cases) {
  for (const auto& [sent, right] : targets())
    for (const auto& each : cases) {
      attack tried{each.name + ", " + sent.path, sent, each.expected};
      tried.sent.body = each.member.empty() ? each.whole : with_member(*sent.body, each.member);
      if (tried.expected == "right") tried.expected = right;
      all.try_all({tried});
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_no_json_is_refused) {
  group all("json syntax", "API8");
  const std::string nul(1, '\0');
  std::vector<body_case> cases{
      {"nothing", "", ""},
      {"blanks", "", "  \r\n\t "},
      {"a NUL", "", nul},
      {"a NUL behind it", "", "{}" + nul},
      {"a byte order mark", "", "\xEF\xBB\xBF{}"},
      {"UTF-16", "", std::string("{\0}\0", 4)},
      {"a word behind it", "", "{} x"},
      {"a second object", "", "{}{}"},
      {"a second line of JSON", "", "{}\n{}"},
      {"an open object", "", "{"},
      {"an open text", "", "{\"a"},
      {"an open list", "", "{\"a\":["},
      {"a closed nothing", "", "}"},
      {"a wrong bracket", "", "{\"a\":[1}"},
      {"a form", "", "ids=1&name=x"},
      {"XML", "",
       "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>"},
      {"single quotes", "", "{'a':1}"},
      {"no quotes", "", "{a:1}"},
      {"a prefix against hijacking", "", ")]}',\n{}"},
      {"60,000 brackets", "", std::string(60'000, '[')},
      {"30,000 levels of lists", "", std::string(30'000, '[') + std::string(30'000, ']')},
      {"10,000 levels of objects", "", repeated("{\"a\":", 10'000) + "1" + std::string(10'000, '}')}};
  for (const auto* value : {"1,",
                            "[1,]",
                            "[,1]",
                            "{\"a\":1,}",
                            "01",
                            "+1",
                            "1.",
                            ".5",
                            "1e",
                            "1e+",
                            "0x1",
                            "1_000",
                            "NaN",
                            "Infinity",
                            "-Infinity",
                            "undefined",
                            "nul",
                            "True",
                            "'a'",
                            "\"\\x41\"",
                            "\"\\u12\"",
                            "\"\\u{41}\"",
                            "\"a\nb\"",
                            "\"a\tb\"",
                            "/*c*/1",
                            "1//c",
                            "[1 2]",
                            "{\"a\" 1}",
                            "{1:1}",
                            "\"\\ud800\"",
                            "\"\\udc00\"",
                            "\"\\ud800\\ud800\"",
                            "\"\\udc00\\ud800\"",
                            "\"\xC3\x28\"",
                            "\"\xFF\"",
                            "\"\xC0\xAF\"",
                            "\"\xED\xA0\x80\"",
                            "\"\xF4\x90\x80\x80\"",
                            "\"\xF8\x88\x80\x80\x80\"",
                            "\"\\u0000\"",
                            "1e400",
                            "-1e400",
                            "1e99999",
                            "1.8e308"})
    cases.push_back({std::string("a value of ") + value, value, ""});
  cases.push_back({"65 levels", std::string(65, '[') + std::string(65, ']'), ""});
  cases.push_back({"a doubled member", "1,\"x\":1", ""});
  cases.push_back({"a doubled member, one with an escape", "1,\"\\u0078\":1", ""});
  cases.push_back({"a doubled member far inside", R"([{"a":{"b":1,"c":2,"b":3}}])", ""});
  cases.push_back({"a member doubled among 2,000",
                   [] {
                     std::string many = "{\"m\":1";
                     for (int i = 0; i < 2'000; ++i) many += ",\"m" + std::to_string(i) + "\":1";
                     return many + ",\"m\":2}";
                   }(),
                   ""});
  try_bodies(all, cases);
  all.finish();
}

// Odd, but JSON: taken, and what nobody asked for is left aside.
BOOST_AUTO_TEST_CASE(what_is_odd_but_json_does_no_harm) {
  group all("json oddities", "API8");
  std::vector<body_case> cases{{"a list", "", "[]", "400 invalid-body"},
                               {"a text", "", "\"{}\"", "400 invalid-body"},
                               {"a number", "", "1", "400 invalid-body"},
                               {"null", "", "null", "400 invalid-body"},
                               {"true", "", "true", "400 invalid-body"}};
  for (const auto* value :
       {"1e308", "1e-400", "-0", "123456789012345678901234567890", "0.1e1", "\"\\ud83d\\uded2\"",
        "\"\xF0\x9F\x9B\x92\"", "\"\\/\\b\\f\"", "\"\xE2\x80\xAE\"", "{}", "[]",
        "{\"__proto__\":{\"admin\":true}}", "{\"constructor\":{\"prototype\":{}}}", "{\"$ref\":\"#\"}",
        "{\"$ne\":null}", "{\"@type\":\"java.lang.Runtime\"}", "{\"\":1}", "[[[[[[[[[[1]]]]]]]]]]"})
    cases.push_back({std::string("a member of ") + value, value, "", "right"});
  cases.push_back({"a member of 20,000 numbers", "[" + repeated("1,", 20'000) + "1]", "", "right"});
  cases.push_back({"a number of 20,000 digits", std::string(20'000, '9'), "", "400 malformed-json"});
  cases.push_back({"a fraction of 20,000 digits", "0." + std::string(20'000, '9'), "", "right"});
  cases.push_back({"a text of 40,000 escapes", "\"" + repeated("\\\"", 20'000) + "\"", "", "right"});
  cases.push_back({"2,000 members",
                   "{\"m\":1" +
                       [] {
                         std::string many;
                         for (int i = 0; i < 2'000; ++i) many += ",\"m" + std::to_string(i) + "\":1";
                         return many;
                       }() +
                       "}",
                   "", "right"});
  try_bodies(all, cases);
  all.finish();
}

BOOST_AUTO_TEST_CASE(a_body_has_a_type_and_a_largest_size) {
  group all("json size and type", "API4");
  const auto& admin = an_admin().token;
  const auto product = [&](const std::string& more) {
    return request{
        "POST", "/products",
        R"({"sku":"A)" + uuid_v7().substr(9) + R"(","name":"x","type":"Attacked","price":1)" + more + "}",
        admin};
  };
  const auto deep = std::string(100'000, '[') + std::string(100'000, ']');
  all.try_all({{"100,000 levels, where they fit", product(",\"x\":" + deep), "400 malformed-json"},
               {"100,000 levels of objects, cut at the limit",
                {"POST", "/products", repeated("{\"a\":", 40'000), admin},
                "400 malformed-json"},
               {"a description of 10,001 letters",
                product(R"(,"description":")" + std::string(10'001, 'x') + "\""), "400 invalid-body"},
               {"a description of 250 KB", product(R"(,"description":")" + std::string(250'000, 'x') + "\""),
                "400 invalid-body"},
               {"a product of 300 KB", product(R"(,"x":")" + std::string(300'000, 'x') + "\""),
                "413 body-too-large"}});
  for (const auto& [sent, right] : targets()) {
    auto tried = sent;
    tried.body = deep;
    all.try_all({{"100,000 levels, " + sent.path, tried, "413 body-too-large"}});
    tried.body = with_member(*sent.body, "\"" + std::string(65'536, 'x') + "\"");
    all.try_all({{"66 KB, " + sent.path, tried, "413 body-too-large"}});
    tried.body = with_member(*sent.body, "\"" + std::string(60'000, 'x') + "\"");
    all.try_all({{"60 KB, " + sent.path, tried, right}});
    for (const auto* type :
         {"", "text/plain", "text/json", "application/x-www-form-urlencoded",
          "multipart/form-data; boundary=x", "application/xml", "application/json, text/plain",
          "application/json; charset=utf-16", "application/json;charset=iso-8859-1", "application/jsonx",
          "application/problem+json", "application/json; a=b", "*/*", "json", "application/",
          "application/json\"", "application /json"}) {
      tried = sent;
      tried.type = type;
      all.try_all({{"type '" + std::string(type) + "', " + sent.path, tried, "415 unsupported-media-type"}});
    }
    for (const auto* type :
         {"application/json; charset=utf-8", "application/json;charset=UTF-8", "APPLICATION/JSON",
          "application/json; charset=\"utf-8\"", "application/json;"}) {
      tried = sent;
      tried.type = type;
      all.try_all({{"type '" + std::string(type) + "', " + sent.path, tried, right}});
    }
    for (const auto* coding : {"gzip", "deflate", "br", "identity", "zip bomb"}) {
      tried = sent;
      tried.headers = {{"Content-Encoding", coding}};
      all.try_all(
          {{"Content-Encoding " + std::string(coding) + " is not looked at, " + sent.path, tried, right}});
    }
  }
  all.finish();
}

// A right name with a value of another type.
BOOST_AUTO_TEST_CASE(a_member_has_its_type) {
  group all("json types", "API8");
  const auto& token = a_customer().token;
  std::vector<attack> tries;
  for (const auto* value : {"null", "1", "true", "[]", "{}", "[\"a\"]", "{\"$gt\":\"\"}", "1e400", "\"\""}) {
    const std::string text(value);
    const auto refuse = [&](const std::string& name, const request& sent) {
      tries.push_back({name + " " + text, sent, "400 invalid-body|400 malformed-json"});
    };
    refuse("sign-up: e-mail", {"POST", "/signup", R"({"password":"correct horse","email":)" + text + "}"});
    refuse("sign-up: password", {"POST", "/signup", R"({"email":"a@example.test","password":)" + text + "}"});
    if (text != "\"\"") {
      refuse("log-in: e-mail", {"POST", "/login", R"({"password":"x","email":)" + text + "}"});
      refuse("log-in: password", {"POST", "/login", R"({"email":"a@example.test","password":)" + text + "}"});
      refuse("refresh token", {"POST", "/token/refresh", R"({"refreshToken":)" + text + "}"});
      refuse("log-out", {"POST", "/logout", R"({"refreshToken":)" + text + "}"});
    }
    refuse("new password",
           {"PUT", "/password", R"({"currentPassword":"x","newPassword":)" + text + "}", token});
    refuse("street", {"POST", "/addresses",
                      R"({"city":"b","postalCode":"1","country":"DE","street":)" + text + "}", token});
    refuse("ids", {"POST", "/products/ids", R"({"ids":)" + (text == "[]" ? "[[]]" : text) + "}"});
    refuse("items", {"POST", "/cart/merge", R"({"items":)" + (text == "[]" ? "[[]]" : text) + "}", token});
    refuse("wish", {"POST", "/wishlist", R"({"productId":)" + (text == "1" ? "\"1\"" : text) + "}", token});
    if (text != "null" && text != "\"\"")
      refuse("name", {"PATCH", "/profile", R"({"name":)" + text + "}", token});
  }
  for (const auto& [name, size] :
       std::vector<std::pair<const char*, std::size_t>>{{"7", 7}, {"129", 129}, {"60,000", 60'000}})
    tries.push_back(
        {std::string("a password of ") + name + " letters",
         {"POST", "/signup", R"({"email":"a@example.test","password":")" + std::string(size, 'p') + "\"}"},
         "400 invalid-body"});
  all.try_all(tries);
  all.finish();
}
