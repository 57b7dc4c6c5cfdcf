// Access tokens whose header lies: algorithms, keys and what RFC 8725 ("JWT best current practices") warns
// of.
#include "common/auth/base64url.hpp"
#include "tests/security/bearer.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace mercat::security;

namespace {

std::string quoted(const std::string& text) {
  return "\"" + text + "\"";
}

std::string unsigned_token(const token_parts& good, const std::string& alg) {
  return auth::base64url(object_of(with(good.header, "alg", alg))) + "." +
         auth::base64url(object_of(good.claims)) + ".";
}

constexpr const char* a_public_key =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEabcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/"
    "abcdefgh\n"
    "-----END PUBLIC KEY-----\n";

}  // namespace

// RFC 8725, 2.1 and 3.1: the verifier decides on the algorithm, not the token.
BOOST_AUTO_TEST_CASE(no_algorithm_but_ours_is_accepted) {
  group all("jwt algorithms", "API2");
  const auto good = parts_of(a_customer().token);
  const auto claims = object_of(good.claims);
  const auto signature = a_customer().token.substr(a_customer().token.rfind('.') + 1);
  for (const auto* none :
       {"none", "None", "NONE", "nOnE", "noNe", "nonE", "none ", " none", "none\\u0000", "null", ""}) {
    const auto bare = unsigned_token(good, quoted(none));
    try_bearer(all, "alg '" + std::string(none) + "', no signature", refused, bare);
    try_bearer(all, "alg '" + std::string(none) + "', our signature", refused, bare + signature);
    try_bearer(all, "alg '" + std::string(none) + "', signed by the secret", refused,
               sign(object_of(with(good.header, "alg", quoted(none))), claims, secret()));
  }
  for (const auto* other :
       {"HS384", "HS512", "HS1", "RS256", "RS512", "PS256", "ES256", "ES256K", "EdDSA", "dir", "A128KW",
        "hs256", "Hs256", "HS256 ", " HS256", "HS256\\u0000", "HS-256", "SHA256", "HMACSHA256"}) {
    const auto header = object_of(with(good.header, "alg", quoted(other)));
    try_bearer(all, "alg " + std::string(other) + ", HMAC of the secret", refused,
               sign(header, claims, secret()));
  }
  for (const auto* odd : {"null", "[\"HS256\"]", "{\"alg\":\"HS256\"}", "256", "true", "[]"})
    try_bearer(all, std::string("alg is ") + odd, refused,
               sign(object_of(with(good.header, "alg", odd)), claims, secret()));
  try_bearer(all, "alg missing", refused, sign(object_of(without(good.header, "alg")), claims, secret()));
  try_bearer(all, "alg twice, HS256 first", refused,
             sign(R"({"alg":"HS256","alg":"none","kid":)" + good.header.at("kid") + "}", claims, secret()));
  try_bearer(all, "alg twice, HS256 last", refused,
             sign(R"({"alg":"none","alg":"HS256","kid":)" + good.header.at("kid") + "}", claims, secret()));
  try_bearer(all, "RS256 with a public key as HMAC secret", refused,
             sign(object_of(with(good.header, "alg", "\"RS256\"")), claims, a_public_key));
  try_bearer(all, "HS256 with a public key as HMAC secret", refused,
             sign(object_of(good.header), claims, a_public_key));
  for (const auto& [name, key] : std::map<std::string, std::string>{
           {"an empty secret", ""},
           {"the secret 'secret'", "secret"},
           {"32 zero bytes", std::string(32, '\0')},
           {"the secret and one more byte", secret() + "x"},
           {"the secret without its end", secret().substr(0, secret().size() - 1)},
           {"the secret in base64url", auth::base64url(secret())}})
    try_bearer(all, "signed with " + name, refused, sign(object_of(good.header), claims, key));
  try_bearer(all, "the same token signed by us again", accepted,
             sign(object_of(good.header), claims, secret()));
  all.finish();
}

// RFC 8725, 3.10: no key is taken from the token, nor from where it points to.
BOOST_AUTO_TEST_CASE(no_key_is_taken_from_a_token) {
  group all("jwt keys", "API2");
  listener nobody_calls;
  const auto here = "\"http://127.0.0.1:" + std::to_string(nobody_calls.port()) + "/key\"";
  const auto good = parts_of(a_customer().token);
  const auto claims = object_of(good.claims);
  const std::string ours(32, 'k');
  for (const auto* kid : {"",
                          "2",
                          "0",
                          "01",
                          " 1",
                          "1 ",
                          "1\\u0000",
                          "../../../../dev/null",
                          "/dev/null",
                          "/etc/hostname",
                          "' OR '1'='1",
                          "1' UNION SELECT 'k",
                          "1;DROP TABLE customer",
                          "$(id)",
                          "`id`",
                          "|id",
                          "*",
                          "%",
                          "http://127.0.0.1/key",
                          "constructor",
                          "__proto__"}) {
    const auto header = object_of(with(good.header, "kid", quoted(kid)));
    try_bearer(all, "kid '" + std::string(kid) + "', empty key", refused, sign(header, claims, ""));
    try_bearer(all, "kid '" + std::string(kid) + "', a key of ours", refused, sign(header, claims, ours));
  }
  for (const auto* kid : {"1", "null", "[\"1\"]", "{\"1\":1}", "1.0", "true"})
    try_bearer(all, std::string("kid is ") + kid, refused,
               sign(object_of(with(good.header, "kid", kid)), claims, secret()));
  try_bearer(all, "kid missing", refused, sign(object_of(without(good.header, "kid")), claims, secret()));
  try_bearer(all, "kid twice", refused,
             sign(R"({"alg":"HS256","kid":"x","kid":)" + good.header.at("kid") + "}", claims, secret()));
  try_bearer(all, "kid of 2000 characters", refused,
             sign(object_of(with(good.header, "kid", quoted(std::string(2000, '1')))), claims, secret()));
  const members embedded{{"jwk", R"({"kty":"oct","k":")" + auth::base64url(ours) + R"("})"},
                         {"jku", here},
                         {"x5u", here},
                         {"x5c", "[\"MIIB\"]"},
                         {"x5t", "\"AAAA\""},
                         {"k", quoted(auth::base64url(ours))}};
  for (const auto& [name, value] : embedded) {
    try_bearer(all, name + " with the key that signed", refused,
               sign(object_of(with(good.header, name, value)), claims, ours));
    try_bearer(all, name + " and no kid", refused,
               sign(object_of(without(with(good.header, name, value), "kid")), claims, ours));
    try_bearer(all, name + " beside a true signature is not looked at", accepted,
               sign(object_of(with(good.header, name, value)), claims, secret()));
  }
  all.judge("no key was fetched", "anywhere", "0 connections",
            std::to_string(nobody_calls.calls()) + " connections", "API7");
  all.finish();
}

// RFC 7515, 4.1.11: an extension that must be understood and is not. RFC 8725, 3.11: explicit types.
BOOST_AUTO_TEST_CASE(what_the_header_demands_is_known_or_refused) {
  group all("jwt header", "API2");
  const auto good = parts_of(a_customer().token);
  const auto claims = object_of(good.claims);
  for (const auto* crit : {"[\"exp\"]", "[]", "[\"b64\"]", "\"b64\"", "null", "[\"unknown\"]", "[1]", "{}"})
    try_bearer(all, std::string("crit ") + crit, refused,
               sign(object_of(with(good.header, "crit", crit)), claims, secret()));
  try_bearer(all, "b64 false with crit", refused,
             sign(object_of(with(with(good.header, "b64", "false"), "crit", "[\"b64\"]")), claims, secret()));
  for (const auto* typ : {"\"at+jwt\"", "\"JWE\"", "\"JOSE\"", "\"secevent+jwt\"", "\"\"", "1", "null",
                          "[\"JWT\"]", "\"JWT \""})
    try_bearer(all, std::string("typ ") + typ, refused,
               sign(object_of(with(good.header, "typ", typ)), claims, secret()));
  try_bearer(all, "typ jwt in small letters", accepted,
             sign(object_of(with(good.header, "typ", "\"jwt\"")), claims, secret()));
  try_bearer(all, "no typ", accepted, sign(object_of(without(good.header, "typ")), claims, secret()));
  for (const auto* text :
       {"[]", "\"HS256\"", "1", "null", "", "{", "{}", "{\"alg\":\"HS256\"", "{\"alg\":\"HS256\"}"})
    try_bearer(all, std::string("header ") + text, refused, sign(text, claims, secret()));
  const auto header = object_of(good.header);
  try_bearer(all, "header with a byte order mark", refused, sign("\xEF\xBB\xBF" + header, claims, secret()));
  try_bearer(all, "header and something behind it", refused, sign(header + "{}", claims, secret()));
  try_bearer(all, "header with a NUL", refused, sign(header + std::string(1, '\0'), claims, secret()));
  try_bearer(all, "header nested 1000 deep", refused,
             sign(object_of(with(good.header, "x", std::string(1000, '[') + std::string(1000, ']'))), claims,
                  secret()));
  all.finish();
}
