// Access tokens: JWT (RFC 7519) signed with HS256 and nothing else, checked as RFC 8725 advises.
// token_verifier and token_issuer are immutable and thread-safe.
#pragma once

#include "common/auth/identity.hpp"
#include "common/auth/revocations.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mercat::auth {

// One HMAC key. Two may be valid at once while keys are rotated: the first signs.
struct signing_key {
  std::string id;      // the header's kid
  std::string secret;  // at least 32 bytes
};

struct token_rules {
  std::vector<signing_key> keys;
  std::string issuer = "mercat";
  std::string audience = "mercat-api";
  std::vector<std::string> allowed_subjects;  // empty: everyone
  std::chrono::seconds clock_skew{60};        // on iat and nbf; none on exp
  std::chrono::seconds lifetime{15 * 60};
};

class token_verifier {
 public:
  // Throws std::invalid_argument: no key, a short one, equal ids. revoked, if given, must outlive it.
  explicit token_verifier(token_rules rules, const revocations* revoked = nullptr);

  // The identity, or a thrown error(fault::unauthenticated, "token-…"): "token-invalid" or "token-expired".
  // Strict: base64url without padding, three parts, alg HS256, typ JWT if present, known kid, no crit, no
  // duplicate member, integer times, string claims, at most 4096 bytes; sub in 1..2^63-1 and, if there is a
  // list, on it; role user, admin or seller; not revoked. An expired token that is wrong besides is
  // "token-invalid".
  [[nodiscard]] identity verify(std::string_view token, std::chrono::sys_seconds now) const;
  // Of an Authorization header's value: scheme Bearer in any case, one space, the token. Throws as above.
  [[nodiscard]] identity verify_header(std::string_view authorization, std::chrono::sys_seconds now) const;

 private:
  struct state;
  std::shared_ptr<const state> state_;
};

class token_issuer {
 public:
  explicit token_issuer(token_rules rules);  // throws as token_verifier
  // role, email, customer_id of `who` are used; jti is a new UUIDv7. Throws std::invalid_argument for what
  // the verifier would refuse.
  [[nodiscard]] std::string issue(const identity& who, std::chrono::sys_seconds now) const;
  [[nodiscard]] std::chrono::seconds lifetime() const noexcept { return lifetime_; }

 private:
  struct state;
  std::shared_ptr<const state> state_;
  std::chrono::seconds lifetime_;
};

}  // namespace mercat::auth
