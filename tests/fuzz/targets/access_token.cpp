// Access tokens: as they come, signed by us over any header and claims, and ours with bytes changed.
#include "common/auth/base64url.hpp"
#include "common/auth/token.hpp"
#include "common/json/document.hpp"
#include "common/utf8.hpp"
#include "tests/fuzz/promise.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

namespace mercat::fuzz {

namespace {

constexpr std::array<std::string_view, 2> secrets{"fuzzing-key-one-0123456789-abcdef",
                                                  "fuzzing-key-two-0123456789-abcdef"};
constexpr std::chrono::sys_seconds now{std::chrono::seconds{1'800'000'000}};
constexpr std::chrono::seconds skew{60};

auth::token_rules rules(std::vector<std::string> subjects = {}) {
  auth::token_rules made;
  made.keys = {{"1", std::string(secrets[0])}, {"0", std::string(secrets[1])}};
  made.allowed_subjects = std::move(subjects);
  return made;
}

// By OpenSSL alone: another way than the code under test goes.
std::string signature(std::string_view secret, std::string_view covered) {
  std::array<unsigned char, 32> mac{};
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(covered.data()), covered.size(), mac.data(), nullptr);
  std::array<unsigned char, 45> text{};
  EVP_EncodeBlock(text.data(), mac.data(), static_cast<int>(mac.size()));
  std::string out(reinterpret_cast<const char*>(text.data()), 43);  // without its padding
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

std::string sign(std::string_view header, std::string_view claims, std::string_view secret) {
  const auto covered = auth::base64url(header) + "." + auth::base64url(claims);
  return covered + "." + signature(secret, covered);
}

void check_claims(const auth::identity& who, std::string_view encoded) {
  const auto text = auth::from_base64url(encoded);
  promise(text.has_value(), "the claims of a good token are base64url");
  const auto parsed = json::document::parse(*text);
  const auto& claims = parsed.root();
  promise(json::text(claims, "iss") == "mercat", "the issuer is ours");
  promise(json::text(claims, "sub") == std::to_string(who.customer_id) && who.customer_id > 0,
          "the caller is whom sub says, spelt the one way");
  promise(json::text(claims, "role") == who.role, "the role is the token's");
  promise(who.role == "user" || who.role == "admin" || who.role == "seller", "the role is known");
  promise(json::text(claims, "email") == who.email && json::text(claims, "jti") == who.token_id,
          "texts are the token's");
  promise(json::integer(claims, "exp") == who.expires_at.time_since_epoch().count() && who.expires_at > now,
          "a good token has not expired");
  promise(
      json::integer(claims, "iat") == who.issued_at.time_since_epoch().count() && who.issued_at <= now + skew,
      "a good token is not from the future");
}

// Whatever verifies was signed by us, in these very letters.
std::optional<auth::identity> verified(std::string_view token) {
  static const auth::token_verifier verifier(rules());
  static const auth::token_verifier only_42(rules({"42"}));
  static auth::revocations revoked(std::chrono::hours{24 * 365 * 100});
  if (revoked.size() == 0) revoked.revoke(42, now - std::chrono::seconds{100});
  static const auth::token_verifier hearing(rules(), &revoked);
  const auto heard = unless_refused([&] { return hearing.verify(token, now); });
  promise(!heard || heard->customer_id != 42 || heard->issued_at > now - std::chrono::seconds{100},
          "a token from before the revocation is refused");
  const auto limited = unless_refused([&] { return only_42.verify(token, now); });
  const auto who = unless_refused([&] { return verifier.verify(token, now); });
  promise(!heard || who, "a revocation lets nobody in");
  promise(!limited || (who && who->customer_id == 42), "a list of subjects lets nobody else in");
  if (!who) return who;
  const auto covered = token.substr(0, token.rfind('.'));
  const auto shown = token.substr(covered.size() + 1);
  promise(shown == signature(secrets[0], covered) || shown == signature(secrets[1], covered),
          "a good token was signed by us");
  promise(token.size() <= 4096, "a good token has at most 4096 bytes");
  check_claims(*who, covered.substr(covered.find('.') + 1));
  return who;
}

void issued(input& from) {
  static const auth::token_issuer issuer(rules());
  auth::identity who;
  const auto id = from.field();
  for (const char c : id.substr(0, 18)) who.customer_id = who.customer_id * 10 + (c & 7);
  who.role = from.field();
  who.email = from.rest();
  std::string token;
  try {
    token = issuer.issue(who, now);
  } catch (const std::invalid_argument&) {  // what it says it throws for an id or a role that is none
    return;
  }
  const auto read = verified(token);
  const bool fits =
      token.size() <= 4096 && valid_utf8(who.email) && who.email.find('\0') == std::string::npos;
  promise(read.has_value() == fits, "what we issue, we accept, unless it is too long or no JSON");
  if (read)
    promise(read->customer_id == who.customer_id && read->role == who.role && read->email == who.email,
            "a token says what it was issued for");
}

// A good token with some of its bytes replaced: pairs of a place and a byte.
void tampered(std::string_view changes) {
  static const std::string good =
      sign(R"({"alg":"HS256","typ":"JWT","kid":"1"})",
           R"({"sub":"42","iss":"mercat","aud":"mercat-api","iat":1799999990,"exp":1800000890,)"
           R"("jti":"018cc251-f400-7000-8000-000000000000","role":"user","email":"a@b.test"})",
           secrets[0]);
  promise(verified(good).has_value(), "a good token is accepted");
  std::string token = good;
  for (std::size_t i = 0; i + 2 < changes.size(); i += 3) {
    const auto place =
        static_cast<unsigned char>(changes[i]) * 256U + static_cast<unsigned char>(changes[i + 1]);
    token[place % token.size()] = changes[i + 2];
  }
  promise(verified(token).has_value() == (token == good), "no byte of a token can be changed");
}

}  // namespace

}  // namespace mercat::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mercat::fuzz;
  input from(data, size);
  switch (from.kind()) {
    case 's': {
      const auto header = from.field();
      (void)verified(sign(header, from.rest(), secrets[0]));
      return 0;
    }
    case 'p': {
      const auto header = from.field();
      (void)verified(sign(header, from.rest(), secrets[1]));
      return 0;
    }
    case 'i':
      issued(from);
      return 0;
    case 't':
      tampered(from.rest());
      return 0;
    case 'h': {
      static const mercat::auth::token_verifier verifier(rules());
      (void)unless_refused([&] { return verifier.verify_header(from.rest(), now); });
      return 0;
    }
    default:
      (void)verified(from.rest());
      return 0;
  }
}
