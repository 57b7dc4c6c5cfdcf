#include "common/auth/token.hpp"

#include "common/auth/base64url.hpp"
#include "common/auth/hmac.hpp"
#include "common/error.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <thread>
#include <vector>

namespace auth = mercat::auth;
namespace data = boost::unit_test::data;
using std::chrono::seconds;
using std::chrono::sys_seconds;

namespace {

const std::string secret(32, 'k');
const std::string second_secret(40, 's');
const sys_seconds now{seconds{1'800'000'000}};

auth::token_rules rules() {
  auth::token_rules made;
  made.keys = {{"new", secret}, {"old", second_secret}};
  return made;
}

const auth::token_verifier verifier{rules()};
const auth::token_issuer issuer{rules()};

std::string sign(const std::string& header, const std::string& claims, const std::string& key = secret) {
  const std::string covered = auth::base64url(header) + "." + auth::base64url(claims);
  const auto mac = auth::hmac_sha256(key).of(covered);
  return covered + "." + auth::base64url({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

const std::string good_header = R"({"alg":"HS256","typ":"JWT","kid":"new"})";
const std::string good_claims =
    R"({"sub":"7","iss":"mercat","aud":"mercat-api","iat":1800000000,"exp":1800000900,)"
    R"("jti":"j","role":"user","email":"a@b"})";

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  BOOST_REQUIRE_MESSAGE(at != std::string::npos, what);
  return text.replace(at, what.size(), by);
}

std::string with_claim(const std::string& what, const std::string& by) {
  return sign(good_header, replaced(good_claims, what, by));
}

std::string with_header(const std::string& header) {
  return sign(header, good_claims);
}

// "" or the slug it is refused with.
std::string verdict(const std::string& token, const auth::token_verifier& by = verifier,
                    sys_seconds at = now) {
  try {
    static_cast<void>(by.verify(token, at));
    return "";
  } catch (const mercat::error& refused) {
    BOOST_TEST((refused.kind() == mercat::fault::unauthenticated));
    return refused.slug();
  }
}

struct attack {
  const char* name;
  std::string token;
};
std::ostream& operator<<(std::ostream& out, const attack& each) {
  return out << each.name;
}

const std::string good = sign(good_header, good_claims);

std::vector<attack> attacks() {
  const auto first = good.find('.');
  const auto last = good.rfind('.');
  const std::string claims_part = good.substr(first + 1, last - first - 1);
  const std::string signature = good.substr(last + 1);
  std::string other_last_bits = good;  // 43 letters carry 258 bits: the last two must be zero
  other_last_bits.back() =
      other_last_bits.back() == 'A' ? 'B' : static_cast<char>(other_last_bits.back() + 1);
  const std::string none = auth::base64url(R"({"alg":"none","kid":"new"})");
  return {
      {"empty", ""},
      {"one part", "abc"},
      {"two parts", good.substr(0, last)},
      {"four parts", good + ".x"},
      {"five parts, as JWE", good + ".x.y"},
      {"dots only", ".."},
      {"no signature", good.substr(0, last + 1)},
      {"padding", good + "="},
      {"a line break", good + "\n"},
      {"a leading space", " " + good},
      {"a NUL", good + std::string(1, '\0')},
      {"the last bits of the signature", other_last_bits},
      {"a letter too few", good.substr(0, good.size() - 1)},
      {"standard base64", good.substr(0, last + 1) + "+/" + signature.substr(2)},
      {"foreign signature", good.substr(0, last + 1) + std::string(43, 'A')},
      {"changed claims",
       good.substr(0, first + 1) + auth::base64url(replaced(good_claims, "user", "admin")) + "." + signature},
      {"changed header",
       auth::base64url(replaced(good_header, "JWT", "jwt")) + "." + claims_part + "." + signature},
      {"too long", sign(good_header, replaced(good_claims, "a@b", std::string(4000, 'x')))},
      {"alg none without signature", none + "." + claims_part + "."},
      {"alg none, signed", with_header(R"({"alg":"none","kid":"new"})")},
      {"alg None", with_header(R"({"alg":"None","kid":"new"})")},
      {"alg hs256", with_header(R"({"alg":"hs256","kid":"new"})")},
      {"alg HS512", with_header(R"({"alg":"HS512","kid":"new"})")},
      {"alg RS256", with_header(R"({"alg":"RS256","kid":"new"})")},
      {"alg with a NUL", with_header(R"({"alg":"HS256\u0000","kid":"new"})")},
      {"alg in a list", with_header(R"({"alg":["HS256"],"kid":"new"})")},
      {"no alg", with_header(R"({"kid":"new"})")},
      {"alg twice", with_header(R"({"alg":"none","alg":"HS256","kid":"new"})")},
      {"typ of another kind", with_header(R"({"alg":"HS256","typ":"at+jwt","kid":"new"})")},
      {"typ a number", with_header(R"({"alg":"HS256","typ":1,"kid":"new"})")},
      {"no kid", with_header(R"({"alg":"HS256","typ":"JWT"})")},
      {"unknown kid", with_header(R"({"alg":"HS256","kid":"other"})")},
      {"kid a path", with_header(R"({"alg":"HS256","kid":"../../dev/null"})")},
      {"kid a number", with_header(R"({"alg":"HS256","kid":1})")},
      {"kid of the other key", with_header(R"({"alg":"HS256","kid":"old"})")},
      {"crit", with_header(R"({"alg":"HS256","kid":"new","crit":["exp"]})")},
      {"crit null", with_header(R"({"alg":"HS256","kid":"new","crit":null})")},
      {"header a list", with_header(R"(["HS256"])")},
      {"header no JSON", with_header("HS256")},
      {"header with more behind", with_header(good_header + "{}")},
      {"claims no JSON", sign(good_header, "sub=7")},
      {"claims a list", sign(good_header, "[" + good_claims + "]")},
      {"claims with more behind", sign(good_header, good_claims + " x")},
      {"claims not UTF-8", with_claim("a@b", "a@\xFF")},
      {"sub twice", with_claim("{", R"({"sub":"1",)")},
      {"exp twice", with_claim("{", R"({"exp":9999999999,)")},
      {"signed with an empty key", sign(good_header, good_claims, "")},
      {"signed with a foreign key", sign(good_header, good_claims, std::string(32, 'x'))},
      {"no sub", with_claim(R"("sub":"7",)", "")},
      {"sub a number", with_claim(R"("7")", "7")},
      {"sub zero", with_claim(R"("7")", R"("0")")},
      {"sub negative", with_claim(R"("7")", R"("-7")")},
      {"sub with a plus", with_claim(R"("7")", R"("+7")")},
      {"sub with a zero in front", with_claim(R"("7")", R"("07")")},
      {"sub with a space", with_claim(R"("7")", R"("7 ")")},
      {"sub empty", with_claim(R"("7")", R"("")")},
      {"sub too big", with_claim(R"("7")", R"("9223372036854775808")")},
      {"sub a word", with_claim(R"("7")", R"("seven")")},
      {"iss of another", with_claim(R"("iss":"mercat")", R"("iss":"mercat2")")},
      {"iss in capitals", with_claim(R"("iss":"mercat")", R"("iss":"Mercat")")},
      {"no iss", with_claim(R"("iss":"mercat",)", "")},
      {"aud of another", with_claim("mercat-api", "mercat-ap")},
      {"no aud", with_claim(R"("aud":"mercat-api",)", "")},
      {"aud null", with_claim(R"("mercat-api")", "null")},
      {"aud an empty list", with_claim(R"("mercat-api")", "[]")},
      {"aud a list of others", with_claim(R"("mercat-api")", R"(["x","y"])")},
      {"aud a list with a number", with_claim(R"("mercat-api")", R"(["mercat-api",1])")},
      {"no exp", with_claim(R"("exp":1800000900,)", "")},
      {"exp a text", with_claim("1800000900", R"("1800000900")")},
      {"exp with a fraction", with_claim("1800000900", "1800000900.0")},
      {"exp with an exponent", with_claim("1800000900", "18e8")},
      {"exp beyond 64 bits", with_claim("1800000900", "9223372036854775808")},
      {"no iat", with_claim(R"("iat":1800000000,)", "")},
      {"iat a text", with_claim("1800000000", R"("1800000000")")},
      {"iat in the future", with_claim("1800000000", "1800000061")},
      {"nbf in the future", with_claim("{", R"({"nbf":1800000061,)")},
      {"nbf a text", with_claim("{", R"({"nbf":"0",)")},
      {"nbf null", with_claim("{", R"({"nbf":null,)")},
      {"no jti", with_claim(R"("jti":"j",)", "")},
      {"jti empty", with_claim(R"("j",)", R"("",)")},
      {"jti a number", with_claim(R"("jti":"j")", R"("jti":1)")},
      {"no role", with_claim(R"("role":"user",)", "")},
      {"unknown role", with_claim(R"("user")", R"("root")")},
      {"role a list", with_claim(R"("user")", R"(["admin"])")},
      {"no email", with_claim(R"(,"email":"a@b")", "")},
      {"email a number", with_claim(R"("a@b")", "1")},
      {"expired and from another issuer",
       sign(good_header, replaced(replaced(good_claims, "1800000900", "1"), R"("mercat")", R"("x")"))},
  };
}

}  // namespace

BOOST_DATA_TEST_CASE(a_hostile_token_is_invalid, data::make(attacks())) {
  BOOST_TEST(verdict(sample.token) == "token-invalid");
}

BOOST_AUTO_TEST_CASE(an_issued_token_is_accepted_with_all_it_says) {
  auth::identity who;
  who.customer_id = 9223372036854775807;
  who.role = "admin";
  who.email = "\xC3\xA4\"@example.test";
  const auto read = verifier.verify(issuer.issue(who, now), now);
  BOOST_TEST(read.customer_id == who.customer_id);
  BOOST_TEST(read.role == who.role);
  BOOST_TEST(read.email == who.email);
  BOOST_TEST(read.token_id.size() == 36U);
  BOOST_TEST((read.issued_at == now));
  BOOST_TEST((read.expires_at == now + issuer.lifetime()));
  BOOST_TEST((issuer.lifetime() == seconds{900}));
}

BOOST_AUTO_TEST_CASE(a_token_made_elsewhere_by_the_rules_is_accepted) {
  for (const auto& token :
       {good, with_header(R"({"kid":"new","alg":"HS256"})"),
        with_header(R"({"alg":"HS256","typ":"jWt","kid":"new"})"),
        with_header(R"( {"alg":"HS256","kid":"new","x":1} )"),
        sign(R"({"alg":"HS256","kid":"old"})", good_claims, second_secret),
        with_claim(R"("mercat-api")", R"(["other","mercat-api"])"), with_claim(R"("user")", R"("seller")"),
        with_claim("{", R"({"nbf":1800000060,"more":[{}],)"), with_claim("1800000000", "1800000060")}) {
    BOOST_TEST(verdict(token) == "", token);
  }
}

BOOST_AUTO_TEST_CASE(the_rfc_4231_vector_comes_out) {
  const auto mac = auth::hmac_sha256("Jefe").of("what do ya want for nothing?");
  BOOST_TEST(mac[0] == 0x5b);
  BOOST_TEST(mac[1] == 0xdc);
  BOOST_TEST(mac[31] == 0x43);
}

BOOST_AUTO_TEST_CASE(a_token_ends_to_the_second) {
  BOOST_TEST(verdict(good, verifier, now + seconds{899}) == "");
  BOOST_TEST(verdict(good, verifier, now + seconds{900}) == "token-expired");
  BOOST_TEST(verdict(good, verifier, now + seconds{100'000'000}) == "token-expired");
  BOOST_TEST(verdict(with_claim("1800000900", "-9223372036854775808")) == "token-expired");
  BOOST_TEST(verdict(with_claim("1800000900", "9223372036854775807")) == "");
}

BOOST_AUTO_TEST_CASE(clocks_may_differ_by_a_minute) {
  BOOST_TEST(verdict(good, verifier, now - seconds{60}) == "");
  BOOST_TEST(verdict(good, verifier, now - seconds{61}) == "token-invalid");
}

BOOST_AUTO_TEST_CASE(no_single_changed_letter_is_accepted) {
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const char letter : std::string("Aa0_.-=z")) {
      if (good[i] == letter) continue;
      std::string changed = good;
      changed[i] = letter;
      if (verdict(changed) != "token-invalid") BOOST_FAIL("letter " << i << " changed to " << letter);
    }
  }
}

BOOST_AUTO_TEST_CASE(only_listed_subjects_enter_where_there_is_a_list) {
  auto some = rules();
  some.allowed_subjects = {"12", "7"};
  BOOST_TEST(verdict(good, auth::token_verifier{some}) == "");
  some.allowed_subjects = {"77"};
  BOOST_TEST(verdict(good, auth::token_verifier{some}) == "token-invalid");
}

BOOST_AUTO_TEST_CASE(an_authorization_header_is_bearer_and_one_token) {
  const auto said = [](const std::string& header) -> std::string {
    try {
      static_cast<void>(verifier.verify_header(header, now));
      return "";
    } catch (const mercat::error& refused) {
      return refused.slug();
    }
  };
  BOOST_TEST(said("Bearer " + good) == "");
  BOOST_TEST(said("bEARER " + good) == "");
  for (const auto& bad :
       std::vector<std::string>{"", "Bearer", "Bearer ", good, "Basic " + good, "Bearer  " + good,
                                "Bearer\t" + good, "Bearer " + good + " ", "Bearer " + good + " x",
                                "Bearer" + good, " Bearer " + good, "Bearer " + good + "," + good}) {
    BOOST_TEST(said(bad) == "token-invalid", bad);
  }
}

BOOST_AUTO_TEST_CASE(weak_or_ambiguous_keys_stop_the_start) {
  auto bad = rules();
  bad.keys = {};
  BOOST_CHECK_THROW(auth::token_verifier{bad}, std::invalid_argument);
  bad.keys = {{"a", std::string(31, 'k')}};
  BOOST_CHECK_THROW(auth::token_verifier{bad}, std::invalid_argument);
  BOOST_CHECK_THROW(auth::token_issuer{bad}, std::invalid_argument);
  bad.keys = {{"a", secret}, {"a", second_secret}};
  BOOST_CHECK_THROW(auth::token_verifier{bad}, std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(nothing_is_issued_that_would_be_refused) {
  auth::identity who;
  who.role = "user";
  BOOST_CHECK_THROW(static_cast<void>(issuer.issue(who, now)), std::invalid_argument);
  who.customer_id = 1;
  who.role = "root";
  BOOST_CHECK_THROW(static_cast<void>(issuer.issue(who, now)), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(base64url_has_one_text_per_value) {
  unsigned seed = 1;
  for (std::size_t length = 0; length < 200; ++length) {
    std::string bytes;
    for (std::size_t i = 0; i < length; ++i) {
      seed = seed * 1103515245U + 12345U;
      bytes.push_back(static_cast<char>(seed >> 16 & 0xFF));
    }
    const auto text = auth::base64url(bytes);
    BOOST_TEST((auth::from_base64url(text) == bytes));
  }
  BOOST_TEST(auth::base64url("\xFB\xFF") == "-_8");
  for (const auto* bad : {"A", "AB", "AAB", "AAAAA", "AA==", "A+AA", "A/AA", "A A", "\xC3\xA4"}) {
    BOOST_TEST(!auth::from_base64url(bad), bad);
  }
}

BOOST_AUTO_TEST_CASE(one_verifier_serves_many_threads) {
  std::vector<std::thread> threads;
  std::atomic<int> accepted{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) {
        if (verifier.verify(good, now).customer_id == 7) ++accepted;
      }
    });
  }
  for (auto& each : threads) each.join();
  BOOST_TEST(accepted == 8000);
}

BOOST_AUTO_TEST_CASE(verifying_takes_microseconds) {
  auth::identity who;
  who.customer_id = 7;
  who.role = "user";
  who.email = "user@mercat.test";
  const auto token = issuer.issue(who, now);
  constexpr int rounds = 20'000;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < rounds; ++i) static_cast<void>(verifier.verify(token, now));
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
  BOOST_TEST_MESSAGE("verify: " << took.count() / rounds << " us");
  BOOST_TEST(took.count() / rounds < 500.);
}
