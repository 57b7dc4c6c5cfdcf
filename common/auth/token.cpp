#include "common/auth/token.hpp"

#include "common/auth/base64url.hpp"
#include "common/auth/hmac.hpp"
#include "common/error.hpp"
#include "common/json/document.hpp"
#include "common/number.hpp"
#include "common/uuid.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <strings.h>
#include <utility>

namespace mercat::auth {

namespace {

constexpr std::size_t longest_token = 4096;
constexpr std::size_t shortest_secret = 32;
constexpr std::array<std::string_view, 3> roles{"user", "admin", "seller"};

[[noreturn]] void refuse() {
  // One text for all reasons: which check failed is nobody's business.
  throw error(fault::unauthenticated, "token-invalid", "The access token is not valid.");
}

void demand(bool condition) {
  if (!condition) refuse();
}

bool same_ignoring_case(std::string_view one, std::string_view other) {
  return one.size() == other.size() && ::strncasecmp(one.data(), other.data(), one.size()) == 0;
}

std::string header_of(std::string_view key_id) {
  json::writer out;
  out.StartObject();
  out.key("alg").text("HS256");
  out.key("typ").text("JWT");
  out.key("kid").text(key_id);
  out.EndObject();
  return base64url(out.take());
}

// A key, and the header our own issuer writes for it: nearly every token begins with it, letter by letter.
struct ready_key {
  std::string id;
  std::string usual_header;
  hmac_sha256 mac;
  explicit ready_key(const signing_key& key) : id(key.id), usual_header(header_of(key.id)), mac(key.secret) {}
};

std::vector<std::unique_ptr<ready_key>> make_ready(const token_rules& rules) {
  if (rules.keys.empty()) throw std::invalid_argument("no signing key");
  std::vector<std::unique_ptr<ready_key>> ready;
  for (const auto& key : rules.keys) {
    if (key.secret.size() < shortest_secret) {
      throw std::invalid_argument("a signing key is shorter than 32 bytes");
    }
    for (const auto& other : ready) {
      if (other->id == key.id) throw std::invalid_argument("two signing keys have the same id: " + key.id);
    }
    ready.push_back(std::make_unique<ready_key>(key));
  }
  return ready;
}

json::document parse_part(std::string_view encoded) {
  const auto text = from_base64url(encoded);
  demand(text.has_value());
  try {
    auto parsed = json::document::parse(*text);
    demand(parsed.root().IsObject());
    return parsed;
  } catch (const error&) {
    refuse();
  }
}

std::string_view text_of(const json::value& object, std::string_view name) {
  const auto* found = json::member(object, name);
  demand(found != nullptr && found->IsString());
  return {found->GetString(), found->GetStringLength()};
}

std::chrono::sys_seconds time_of(const json::value& claims, std::string_view name) {
  const auto* found = json::member(claims, name);
  demand(found != nullptr && found->IsInt64());
  return std::chrono::sys_seconds{std::chrono::seconds{found->GetInt64()}};
}

std::int64_t customer_id_of(std::string_view subject) {
  const auto id = whole_number<std::int64_t>(subject);
  demand(id && *id > 0 && subject.front() != '0');
  return *id;
}

void check_audience(const json::value& claims, std::string_view ours) {
  const auto* audience = json::member(claims, "aud");
  demand(audience != nullptr);
  if (!audience->IsArray()) return demand(text_of(claims, "aud") == ours);
  bool found = false;
  for (const auto& each : audience->GetArray()) {
    demand(each.IsString());
    found = found || std::string_view(each.GetString(), each.GetStringLength()) == ours;
  }
  demand(found);
}

// Header, claims, signature, and what the signature covers.
struct parts {
  std::string_view header;
  std::string_view claims;
  std::string_view signature;
  std::string_view covered;
};

parts split(std::string_view token) {
  demand(token.size() <= longest_token);
  const auto first = token.find('.');
  demand(first != std::string_view::npos);
  const auto second = token.find('.', first + 1);
  demand(second != std::string_view::npos && token.find('.', second + 1) == std::string_view::npos);
  return {token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
          token.substr(0, second)};
}

}  // namespace

struct token_verifier::state {
  token_rules rules;
  std::vector<std::unique_ptr<ready_key>> keys;
  const revocations* revoked;

  [[nodiscard]] const ready_key& key_for(std::string_view header) const {
    for (const auto& each : keys) {
      if (each->usual_header == header) return *each;
    }
    const auto parsed = parse_part(header);
    const auto& root = parsed.root();
    demand(text_of(root, "alg") == "HS256");
    demand(json::member(root, "crit") == nullptr);
    if (json::member(root, "typ") != nullptr) demand(same_ignoring_case(text_of(root, "typ"), "JWT"));
    const auto id = text_of(root, "kid");
    for (const auto& each : keys) {
      if (each->id == id) return *each;
    }
    refuse();
  }

  [[nodiscard]] identity checked(const json::value& claims, std::chrono::sys_seconds now) const {
    demand(text_of(claims, "iss") == rules.issuer);
    check_audience(claims, rules.audience);
    const auto subject = text_of(claims, "sub");
    identity who;
    who.customer_id = customer_id_of(subject);
    demand(rules.allowed_subjects.empty() ||
           std::find(rules.allowed_subjects.begin(), rules.allowed_subjects.end(), subject) !=
               rules.allowed_subjects.end());
    who.role = text_of(claims, "role");
    demand(std::find(roles.begin(), roles.end(), who.role) != roles.end());
    who.email = text_of(claims, "email");
    who.token_id = text_of(claims, "jti");
    demand(!who.token_id.empty());
    const auto latest = now + rules.clock_skew;
    who.issued_at = time_of(claims, "iat");
    demand(who.issued_at <= latest);
    if (json::member(claims, "nbf") != nullptr) demand(time_of(claims, "nbf") <= latest);
    who.expires_at = time_of(claims, "exp");
    if (who.expires_at <= now) {
      throw error(fault::unauthenticated, "token-expired", "The access token has expired.");
    }
    return who;
  }
};

token_verifier::token_verifier(token_rules rules, const revocations* revoked) {
  auto keys = make_ready(rules);
  rules.keys.clear();  // the secrets live on as HMAC contexts only
  state_ = std::make_shared<const state>(state{std::move(rules), std::move(keys), revoked});
}

identity token_verifier::verify(std::string_view token, std::chrono::sys_seconds now) const {
  const auto pieces = split(token);
  const auto& key = state_->key_for(pieces.header);
  const auto signature = from_base64url(pieces.signature);
  demand(signature.has_value() && key.mac.matches(pieces.covered, *signature));
  auto who = state_->checked(parse_part(pieces.claims).root(), now);
  demand(state_->revoked == nullptr || !state_->revoked->cover(who));
  return who;
}

identity token_verifier::verify_header(std::string_view authorization, std::chrono::sys_seconds now) const {
  constexpr std::string_view scheme = "Bearer ";
  demand(authorization.size() > scheme.size() &&
         same_ignoring_case(authorization.substr(0, scheme.size()), scheme));
  return verify(authorization.substr(scheme.size()), now);  // a second space is no base64url
}

struct token_issuer::state {
  std::string issuer;
  std::string audience;
  std::unique_ptr<ready_key> key;
};

token_issuer::token_issuer(token_rules rules) : lifetime_(rules.lifetime) {
  auto keys = make_ready(rules);
  state_ = std::make_shared<const state>(
      state{std::move(rules.issuer), std::move(rules.audience), std::move(keys.front())});
}

std::string token_issuer::issue(const identity& who, std::chrono::sys_seconds now) const {
  if (who.customer_id <= 0 || std::find(roles.begin(), roles.end(), who.role) == roles.end()) {
    throw std::invalid_argument("no token for this customer id or role");
  }
  json::writer claims;
  claims.StartObject();
  claims.key("sub").text(std::to_string(who.customer_id));
  claims.key("iss").text(state_->issuer);
  claims.key("aud").text(state_->audience);
  claims.key("iat").Int64(now.time_since_epoch().count());
  claims.key("exp").Int64((now + lifetime_).time_since_epoch().count());
  claims.key("jti").text(uuid_v7());
  claims.key("role").text(who.role);
  claims.key("email").text(who.email);
  claims.EndObject();
  std::string token = state_->key->usual_header + "." + base64url(claims.take());
  const auto signature = state_->key->mac.of(token);
  token += "." + base64url({reinterpret_cast<const char*>(signature.data()), signature.size()});
  return token;
}

}  // namespace mercat::auth
