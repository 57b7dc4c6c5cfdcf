// Access tokens, rightly signed, whose claims are not what they must be: wrong, of another type, twice, too
// large.
#include "tests/security/bearer.hpp"

#include <boost/test/unit_test.hpp>

#include <ctime>

using namespace mercat;
using namespace mercat::security;

namespace {

std::string seconds(std::int64_t from_now) {
  return std::to_string(std::time(nullptr) + from_now);
}

struct wrong_claim {
  const char* name;
  std::vector<std::string> values;
};

// One token for each value.
void try_claims(group& all, const token_parts& good, const std::vector<wrong_claim>& claims,
                const char* expected) {
  for (const auto& [name, values] : claims)
    for (const auto& value : values)
      try_bearer(all, std::string(name) + " " + value.substr(0, 40), expected,
                 sign(object_of(good.header), object_of(with(good.claims, name, value)), secret()));
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_claim_has_to_be_right) {
  group all("jwt claims", "API2");
  const auto good = parts_of(a_customer().token);
  const auto header = object_of(good.header);
  for (const auto* name : {"iss", "aud", "sub", "role", "email", "jti", "iat", "exp"})
    try_bearer(all, std::string(name) + " missing", refused,
               sign(header, object_of(without(good.claims, name)), secret()));
  try_claims(all, good,
             {{"iss",
               {"\"somebody\"", "\"Mercat\"", "\"mercat \"", "\"\"", "null", "1", "[\"mercat\"]",
                "{\"iss\":\"mercat\"}"}},
              {"aud",
               {"\"another\"", "\"mercat-api \"", "\"\"", "[]", "[\"another\"]", "[[\"mercat-api\"]]",
                "[1,\"mercat-api\"]", "null", "{\"mercat-api\":1}", "1"}},
              {"sub",
               {"\"\"", "\"0\"", "\"-1\"", "\"01\"", "\"+1\"", "\" 1\"", "\"1e3\"", "\"0x1\"", "\"1.0\"",
                "\"9223372036854775808\"", "\"18446744073709551617\"", "1", "null", "[\"1\"]",
                "{\"id\":\"1\"}", "\"1 OR 1=1\"", "\"\\uff11\"", "\"*\"", "true"}},
              {"role",
               {"\"root\"", "\"ADMIN\"", "\"admin \"", "\"\"", "null", "1", "[\"user\",\"admin\"]",
                "{\"admin\":true}", "true"}},
              {"email", {"null", "1", "[]", "{}"}},
              {"jti", {"\"\"", "null", "1", "[]"}}},
             refused);
  try_claims(all, good, {{"aud", {"[\"another\",\"mercat-api\"]"}}, {"unknown", {"{\"x\":[1,null]}"}}},
             accepted);
  all.finish();
}

// RFC 7519, 2 (NumericDate) and 4.1.4 to 4.1.6.
BOOST_AUTO_TEST_CASE(times_are_whole_seconds_and_lie_where_they_must) {
  group all("jwt times", "API2");
  const auto good = parts_of(a_customer().token);
  const auto later = seconds(600);
  const std::vector<std::string> no_time{"null",
                                         "\"" + later + "\"",
                                         later + ".5",
                                         later + ".0",
                                         "1e10",
                                         "9.3e18",
                                         "1e400",
                                         "9223372036854775808",
                                         "18446744073709551615",
                                         "18446744073709551616",
                                         "-9223372036854775809",
                                         "true",
                                         "[" + later + "]",
                                         "{}",
                                         "\"\"",
                                         "NaN",
                                         "Infinity",
                                         "0x7fffffff",
                                         "0" + later};
  try_claims(all, good, {{"exp", no_time}, {"iat", no_time}, {"nbf", no_time}}, refused);
  try_claims(all, good,
             {{"exp", {seconds(-1), seconds(0), seconds(-100'000), "0", "-1", "-9223372036854775808"}}},
             expired);
  const std::vector<std::string> future{seconds(120), seconds(3'600), "99999999999", "9223372036854775807"};
  try_claims(all, good, {{"iat", future}, {"nbf", future}}, refused);
  try_claims(all, good,
             {{"exp", {"9223372036854775807", seconds(60)}},
              {"nbf", {seconds(-60), seconds(20)}},
              {"iat", {seconds(20)}}},
             accepted);
  all.finish();
}

BOOST_AUTO_TEST_CASE(no_claim_is_said_twice) {
  group all("jwt doubled claims", "API2");
  const auto good = parts_of(a_customer().token);
  const auto whole = object_of(good.claims);
  for (const auto& [name, value] : std::map<std::string, std::string>{{"sub", "\"1\""},
                                                                      {"exp", seconds(9'000)},
                                                                      {"iat", seconds(0)},
                                                                      {"role", "\"admin\""},
                                                                      {"iss", "\"mercat\""},
                                                                      {"aud", "\"mercat-api\""},
                                                                      {"email", "\"a@example.test\""},
                                                                      {"jti", "\"x\""}}) {
    const auto member = "\"" + name + "\":" + value;
    try_bearer(
        all, name + " again at the end", refused,
        sign(object_of(good.header), whole.substr(0, whole.size() - 1) + "," + member + "}", secret()));
    try_bearer(all, name + " again at the front", refused,
               sign(object_of(good.header), "{" + member + "," + whole.substr(1), secret()));
    auto escaped = name;
    escaped.replace(0, 1,
                    "\\u00" + std::string{"0123456789abcdef"[static_cast<unsigned>(name[0]) >> 4U],
                                          "0123456789abcdef"[static_cast<unsigned>(name[0]) & 15U]});
    try_bearer(
        all, name + " again, its name with an escape", refused,
        sign(object_of(good.header), "{\"" + escaped + "\":" + value + "," + whole.substr(1), secret()));
  }
  all.finish();
}

BOOST_AUTO_TEST_CASE(claims_are_one_json_object) {
  group all("jwt claims as text", "API2");
  const auto good = parts_of(a_customer().token);
  const auto header = object_of(good.header);
  const auto whole = object_of(good.claims);
  const std::map<std::string, std::string> texts{
      {"an array", "[" + whole + "]"},
      {"a text", "\"claims\""},
      {"a number", "1"},
      {"null", "null"},
      {"nothing", ""},
      {"blanks", "  "},
      {"an open object", whole.substr(0, whole.size() - 1)},
      {"something behind it", whole + "x"},
      {"a second object", whole + whole},
      {"a byte order mark", "\xEF\xBB\xBF" + whole},
      {"a NUL at the end", whole + std::string(1, '\0')},
      {"a comment", "/**/" + whole},
      {"a trailing comma", whole.substr(0, whole.size() - 1) + ",}"},
      {"single quotes", "{'sub':'1'}"},
      {"invalid UTF-8", object_of(with(good.claims, "x", "\"\xC3\x28\""))},
      {"overlong UTF-8", object_of(with(good.claims, "x", "\"\xC0\xAF\""))},
      {"a lone surrogate", object_of(with(good.claims, "x", "\"\\ud800\""))},
      {"U+0000 in a text", object_of(with(good.claims, "x", "\"a\\u0000b\""))},
      {"a number of 1e400", object_of(with(good.claims, "x", "1e400"))},
      {"1300 levels", object_of(with(good.claims, "x", std::string(1300, '[') + std::string(1300, ']')))},
      {"another token (nested JWT)", a_customer().token}};
  for (const auto& [name, text] : texts)
    try_bearer(all, "claims are " + name, refused, sign(header, text, secret()));
  all.finish();
}

BOOST_AUTO_TEST_CASE(a_token_has_a_largest_size) {
  group all("jwt size", "API4");
  const auto good = parts_of(a_customer().token);
  const auto of_size = [&](std::size_t more) {
    return "Bearer " + sign(object_of(good.header),
                            object_of(with(good.claims, "x", "\"" + std::string(more, 'x') + "\"")),
                            secret());
  };
  try_authorization(all, "claims of 2 KiB", accepted, of_size(2'000));
  try_authorization(all, "claims of 4 KiB", refused, of_size(4'096));
  try_authorization(all, "claims of 5 KiB", refused, of_size(5'000));
  try_authorization(all, "claims of 8 KiB", refused, of_size(8'192), "431 header-too-large");
  try_authorization(all, "claims of 20 KiB", "431 header-too-large", of_size(20'000), "431 header-too-large");
  try_authorization(all, "7 KiB of dots", refused, "Bearer " + std::string(7'000, '.'));
  try_authorization(all, "7 KiB of 'A'", refused, "Bearer " + std::string(7'000, 'A'));
  all.finish();
}
