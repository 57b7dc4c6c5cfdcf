// Access tokens as text: tampered, cut, written in another way, sent in another way, and those that have
// ended.
#include "common/auth/base64url.hpp"
#include "tests/e2e/shop.hpp"
#include "tests/security/bearer.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace mercat::security;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string changed(std::string text, std::size_t at) {
  text[at] = text[at] == 'A' ? 'B' : 'A';
  return text;
}

// The same bytes in another spelling: the bits of the last character that no byte uses are set.
std::string other_spelling(std::string text) {
  const auto place = alphabet.find(text.back());
  text.back() = alphabet[place + 1];
  return text;
}

struct pieces {
  std::string header, claims, signature;
  explicit pieces(const std::string& token)
      : header(token.substr(0, token.find('.'))),
        claims(token.substr(header.size() + 1, token.rfind('.') - header.size() - 1)),
        signature(token.substr(token.rfind('.') + 1)) {}
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_token_that_was_touched_is_none) {
  group all("jwt tampered", "API2");
  const auto& token = a_customer().token;
  const pieces good(token);
  const auto first = good.header.size() + 1;
  const auto second = token.rfind('.') + 1;
  for (const auto& [name, at] :
       std::map<std::string, std::size_t>{{"header, first character", 0},
                                          {"header, middle", good.header.size() / 2},
                                          {"header, last", good.header.size() - 1},
                                          {"claims, first", first},
                                          {"claims, middle", first + good.claims.size() / 2},
                                          {"claims, last", second - 2},
                                          {"signature, first", second},
                                          {"signature, middle", second + 20},
                                          {"signature, last", token.size() - 1}})
    try_bearer(all, "changed: " + name, refused, changed(token, at));
  auto claims = parts_of(token);
  for (const auto& [name, value] :
       std::map<std::string, std::string>{{"role", "\"admin\""}, {"sub", "\"1\""}, {"exp", "9999999999"}})
    try_bearer(all, name + " changed, signature kept", refused,
               good.header + "." + auth::base64url(object_of(with(claims.claims, name, value))) + "." +
                   good.signature);
  const pieces admins(an_admin().token);
  try_bearer(all, "an administrator's claims, a customer's signature", refused,
             good.header + "." + admins.claims + "." + good.signature);
  try_bearer(all, "a customer's claims, an administrator's signature", refused,
             good.header + "." + good.claims + "." + admins.signature);
  for (const auto& [name, text] : std::map<std::string, std::string>{
           {"no signature", good.header + "." + good.claims + "."},
           {"no signature, no dot", good.header + "." + good.claims},
           {"the header alone", good.header},
           {"half a signature", token.substr(0, second + 21)},
           {"a signature without its last character", token.substr(0, token.size() - 1)},
           {"a signature and a half", token + good.signature.substr(0, 20)},
           {"no claims", good.header + ".." + good.signature},
           {"no header", "." + good.claims + "." + good.signature},
           {"two dots", ".."},
           {"four parts", token + "." + good.signature},
           {"five parts (JWE)", token + "." + good.signature + "." + good.signature},
           {"a dot in front", "." + token},
           {"a dot behind", token + "."},
           {"the parts in another order", good.claims + "." + good.header + "." + good.signature}})
    try_bearer(all, name, refused, text);
  all.finish();
}

// RFC 4648, 3.5 (canonical encoding); RFC 7515, 2: base64url without padding, line breaks or anything else.
BOOST_AUTO_TEST_CASE(a_token_has_one_spelling) {
  group all("jwt spelling", "API2");
  const auto& token = a_customer().token;
  const pieces good(token);
  try_bearer(all, "signature with unused bits set", refused,
             good.header + "." + good.claims + "." + other_spelling(good.signature));
  const auto parts = parts_of(token);
  for (const auto* fill : {"a", "ab", "abc"}) {  // one of them leaves no unused bits
    const auto claims = auth::base64url(object_of(with(parts.claims, "x", std::string("\"") + fill + "\"")));
    if (claims.size() % 4 == 0) continue;
    try_bearer(all, std::string("claims with unused bits set, ") + fill, refused,
               signed_text(good.header + "." + other_spelling(claims), secret()));
    try_bearer(all, std::string("claims with padding, ") + fill, refused,
               signed_text(good.header + "." + claims + std::string(4 - claims.size() % 4, '='), secret()));
  }
  try_bearer(all, "signature with padding", refused, token + "=");
  try_bearer(all, "the alphabet of plain base64", refused,
             signed_text(good.header + "." + good.claims + "+/", secret()));
  try_bearer(all, "percent escapes", refused, good.header + "%2E" + good.claims + "%2E" + good.signature);
  try_bearer(all, "capital letters", refused, [&] {
    auto loud = token;
    for (auto& c : loud) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    return loud;
  }());
  try_bearer(all, "a blank within", refused, good.header + ". " + good.claims + "." + good.signature);
  try_bearer(all, "a tab within", refused, good.header + ".\t" + good.claims + "." + good.signature);
  try_bearer(all, "quotes around it", refused, "\"" + token + "\"");
  try_bearer(all, "bytes above ASCII", refused, token + "\xC3\xA9");
  try_bearer(all, "hexadecimal instead", refused,
             good.header + "." + good.claims + "." + std::string(64, 'a'));
  all.finish();
}

BOOST_AUTO_TEST_CASE(a_token_comes_in_one_header_and_one_scheme) {
  group all("jwt transport", "API2");
  const auto& token = a_customer().token;
  for (const auto* scheme : {"bearer ", "BEARER ", "BeArEr "})
    try_authorization(all, std::string("scheme ") + scheme, accepted, scheme + token);
  for (const auto& [name, value] :
       std::map<std::string, std::string>{{"no scheme", token},
                                          {"Basic with the token", "Basic " + token},
                                          {"Token instead of Bearer", "Token " + token},
                                          {"JWT instead of Bearer", "JWT " + token},
                                          {"two blanks", "Bearer  " + token},
                                          {"a tab", "Bearer\t" + token},
                                          {"a colon", "Bearer:" + token},
                                          {"Bearer alone", "Bearer"},
                                          {"two tokens", "Bearer " + token + ", Bearer " + token},
                                          {"two tokens, one header", "Bearer " + token + " " + token},
                                          {"a parameter", "Bearer token=" + token},
                                          {"a list of schemes", "Basic x, Bearer " + token},
                                          {"nothing", ""}})
    try_authorization(all, name, refused, value);
  for (const auto& where : places()) {
    const auto path = path_with_token(where);
    const auto anonymous = where.name == "products" ? "200" : "401 token-required";
    const auto mark = path.find('?') == std::string::npos ? "?" : "&";
    all.try_at(where, {"in the query", {.path = path + mark + "access_token=" + token}, anonymous});
    for (const auto* header :
         {"Cookie", "X-Authorization", "Proxy-Authorization", "X-Access-Token", "Authorization-Token"})
      all.try_at(where, {std::string("in the header ") + header,
                         {.path = path, .headers = {{header, "Bearer " + token}}},
                         anonymous});
    all.try_at(where,
               {"Authorization twice",
                {.path = path,
                 .headers = {{"Authorization", "Bearer " + token}, {"Authorization", "Bearer " + token}}},
                refused,
                "400 bad-request|401 token-invalid"});
    all.try_at(where, {"Authorization twice, the second forged",
                       {.path = path,
                        .headers = {{"Authorization", "Bearer " + token}, {"Authorization", "Bearer x.y.z"}}},
                       refused,
                       "400 bad-request|401 token-invalid"});
  }
  all.finish();
}

namespace {

attack with_refresh(const std::string& name, const char* path, const std::string& token,
                    const char* expected) {
  return {name, {"POST", path, R"({"refreshToken":")" + token + R"("})"}, expected};
}

// What ends an access token is heard by every replica soon; each place gets this long.
void try_ended(group& all, const std::string& name, const std::string& token) {
  for (const auto& where : places()) {
    const request shown{.path = path_with_token(where), .token = token};
    const bool heard = e2e::becomes_true(
        [&] {
          for (const auto port : where.ports)
            if (ask(where, shown, port).status != 401) return false;
          return true;
        },
        5s);
    all.judge(name, where.name, "401 in 5 s", heard ? "401 in 5 s" : "still accepted");
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_token_is_good_for_its_purpose_and_its_time_only) {
  group all("jwt sessions", "API2");
  auto ann = sign_up();
  try_bearer(all, "a refresh token as access token", refused, ann.refresh);
  constexpr const char* no_more = "401 refresh-token-invalid";
  all.try_all({with_refresh("an access token as refresh token", "/token/refresh", ann.token, no_more),
               with_refresh("an unknown refresh token", "/token/refresh", std::string(43, 'A'), no_more),
               with_refresh("no text of a refresh token", "/token/refresh", "' OR 1=1 --", no_more),
               with_refresh("an empty refresh token", "/token/refresh", "", no_more),
               with_refresh("a refresh token of 60 KB", "/token/refresh", std::string(60'000, 'A'), no_more),
               with_refresh("a refresh token in another spelling", "/token/refresh",
                            other_spelling(ann.refresh), no_more),
               with_refresh("a refresh token with padding", "/token/refresh", ann.refresh + "=", no_more)});
  const auto renewed = ask(the("edge"), with_refresh("", "/token/refresh", ann.refresh, "").sent);
  const std::string next{json::text(renewed.json().root(), "refreshToken").value()};
  all.try_all({with_refresh("a spent refresh token", "/token/refresh", ann.refresh, no_more),
               with_refresh("the one that came of it, after the reuse", "/token/refresh", next, no_more)});
  ann = log_in(ann);
  all.try_at(the("edge"), with_refresh("a log-out", "/logout", ann.refresh, "204"));
  all.try_all({with_refresh("a refresh token after the log-out", "/token/refresh", ann.refresh, no_more)});
  ann = log_in(ann);
  all.try_at(
      the("edge"),
      {"a change of password",
       {"PUT", "/password",
        R"({"currentPassword":")" + ann.password + R"(","newPassword":"another horse battery"})", ann.token},
       "204"});
  try_ended(all, "an access token after the change of password", ann.token);
  all.try_all(
      {with_refresh("a refresh token after the change of password", "/token/refresh", ann.refresh, no_more)});
  ann.password = "another horse battery";
  ann = log_in(ann);
  all.try_at(the("edge"),
             {"the end of the account", {.method = "DELETE", .path = "/profile", .token = ann.token}, "204"});
  try_ended(all, "an access token after the end of the account", ann.token);
  all.try_all(
      {with_refresh("a refresh token after the end of the account", "/token/refresh", ann.refresh, no_more)});
  all.finish();
}
