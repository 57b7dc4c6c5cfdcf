// No forged, altered or expired token gets in, at the edge or at a service called directly.
#include "tests/e2e/shop.hpp"
#include "tests/e2e/signing_key.hpp"

#include <boost/test/unit_test.hpp>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <ctime>

using namespace mercat;
using namespace mercat::e2e;

namespace {

std::string base64url(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  while (!text.empty() && text.back() == '=') text.pop_back();
  for (auto& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

std::string sign(const std::string& header, const std::string& claims, const std::string& secret) {
  const auto input = base64url(header) + "." + base64url(claims);
  std::array<unsigned char, 32> mac{};
  unsigned length = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(input.data()), input.size(), mac.data(), &length);
  return input + "." + base64url({reinterpret_cast<const char*>(mac.data()), length});
}

struct claim_set {
  std::string subject = "1";
  std::string issuer = "mercat";
  std::string audience = "mercat-api";
  std::time_t expires = std::time(nullptr) + 600;

  [[nodiscard]] std::string text() const {
    return R"({"sub":")" + subject + R"(","iss":")" + issuer + R"(","aud":")" + audience + R"(","iat":)" +
           std::to_string(std::time(nullptr)) + R"(,"exp":)" + std::to_string(expires) +
           R"(,"jti":"0190a5e0-0000-7000-8000-000000000000","role":"user","email":"user@mercat.test"})";
  }
};

// "alg" as given, kid as it is in use now.
std::string header_with(const std::string& algorithm, const signing_key& key) {
  return R"({"alg":")" + algorithm + R"(","typ":"JWT","kid":")" + key.id + R"("})";
}

struct hostile {
  std::string what;
  std::string authorization;
};

std::vector<hostile> hostile_tokens() {
  const auto key = present_signing_key();
  const auto& secret = key.secret;
  const auto good_header = header_with("HS256", key);
  const auto good = sign(good_header, claim_set{}.text(), secret);
  claim_set expired, issuer, audience;
  expired.expires = std::time(nullptr) - 1;
  issuer.issuer = "somebody-else";
  audience.audience = "another-api";
  auto altered = good;
  altered[good.find('.') + 5] = altered[good.find('.') + 5] == 'A' ? 'B' : 'A';
  const auto unsigned_with = [&key](const std::string& algorithm) {
    return base64url(header_with(algorithm, key)) + "." + base64url(claim_set{}.text()) + ".";
  };
  return {{"malformed", "Bearer not-a-token"},
          {"empty", "Bearer "},
          {"another scheme", "Basic dXNlcjpwYXNz"},
          {"no scheme", good},
          {"wrong signature", "Bearer " + sign(good_header, claim_set{}.text(), std::string(32, 'x'))},
          {"altered claims", "Bearer " + altered},
          {"alg none", "Bearer " + unsigned_with("none")},
          {"alg None", "Bearer " + unsigned_with("None")},
          {"alg HS512", "Bearer " + sign(header_with("HS512", key), claim_set{}.text(), secret)},
          {"expired", "Bearer " + sign(good_header, expired.text(), secret)},
          {"wrong issuer", "Bearer " + sign(good_header, issuer.text(), secret)},
          {"wrong audience", "Bearer " + sign(good_header, audience.text(), secret)},
          {"padded", "Bearer " + good + "="}};
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_token_these_tests_forge_from_is_accepted_when_it_is_good) {
  browser device(url());
  const auto made = sign_up(device);
  claim_set mine;
  mine.subject = std::to_string(made.id);
  const auto key = present_signing_key();
  device.authorization("bearer " + sign(header_with("HS256", key), mine.text(), key.secret));
  BOOST_TEST(device.get("/api/profile").status == 200);
}

BOOST_AUTO_TEST_CASE(at_the_edge_every_bad_token_is_401_even_on_public_routes) {
  for (const auto& each : hostile_tokens()) {
    browser device(url());
    device.authorization(each.authorization);
    BOOST_TEST_CONTEXT(each.what) {
      BOOST_TEST(device.get("/api/profile").status == 401);
      BOOST_TEST(device.get("/api/cart").status == 401);
      BOOST_TEST(device.get("/api/products").status == 401);
    }
  }
  browser anonymous(url());
  BOOST_TEST(anonymous.get("/api/profile").status == 401);
}

BOOST_AUTO_TEST_CASE(every_service_called_directly_refuses_them_too) {
  const std::map<std::string, std::string> protected_path{{"customer", "/profile"},
                                                          {"shopping", "/cart"},
                                                          {"products", "/products"},
                                                          {"bff-web", "/api/profile"},
                                                          {"bff-mobile", "/api/cart"}};
  for (const auto& replica : replicas()) {
    const auto path = protected_path.find(replica.service());
    if (path == protected_path.end()) continue;
    for (const auto& each : hostile_tokens()) {
      browser device(replica.url());
      device.authorization(each.authorization);
      const auto received = device.get(path->second);
      BOOST_TEST(received.status == 401, replica.name << ", " << each.what << ": " << received.status);
      BOOST_TEST(!received.header("www-authenticate").empty());
    }
    if (replica.service() == "products") continue;
    browser anonymous(replica.url());
    BOOST_TEST(anonymous.get(path->second).status == 401, replica.name);
  }
}
