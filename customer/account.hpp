// What a customer account is, and the rules for what goes into one. No HTTP, SQL or AMQP in here. Values of
// these types have passed their rule; making one from a bad text throws error(fault::malformed,
// "invalid-body") that names the place in the body. All immutable.
#pragma once

#include "common/error.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mercat::customer {

// An e-mail address: ASCII, at most 254 bytes, local part a dot-atom of RFC 5322 of at most 64 bytes
// (o'brien, a+b, but no quoted forms), domain of two or more host name labels. Spaces around it are dropped.
// Addresses with non-ASCII letters are refused: whether two of them are the same depends on Unicode rules
// that mail servers do not share, and most cannot deliver to them.
class email_address {
 public:
  [[nodiscard]] static email_address parse(std::string_view text);
  // Also refuses a hyphen in front: legal, but Postfix, for one, takes no mail for such (allow_min_user in
  // its postconf(5)), because programs mistake it for an option; each sign-up would leave a dead letter.
  [[nodiscard]] static email_address for_sign_up(std::string_view text);
  // Null instead of an error: for log-in, where a bad address is merely one that nobody has.
  [[nodiscard]] static std::optional<email_address> try_parse(std::string_view text);

  [[nodiscard]] const std::string& spelling() const noexcept { return spelling_; }  // as given
  [[nodiscard]] const std::string& key() const noexcept { return key_; }  // lower case: equal = same account

 private:
  email_address(std::string spelling, std::string key)
      : spelling_(std::move(spelling)), key_(std::move(key)) {}
  std::string spelling_;
  std::string key_;
};

// SHA-256 of the key: how an address is counted without being kept.
[[nodiscard]] std::string hash_of(const email_address& email);

// At most 200 code points, none of them refused by text_rules.hpp. Trimmed; one with nothing to see is none.
[[nodiscard]] std::optional<std::string> name_from(std::optional<std::string_view> text);

// As people write it: an optional +, then 5 to 15 digits with spaces, dots, hyphens, slashes or parentheses
// among them, at most 32 bytes. Kept as written, trimmed; an empty one is none.
[[nodiscard]] std::optional<std::string> phone_from(std::optional<std::string_view> text);

enum class role { user, admin };
[[nodiscard]] std::string_view name(role value) noexcept;
[[nodiscard]] role role_named(std::string_view text);  // throws std::logic_error: only we write roles

struct account {
  std::int64_t id = 0;
  std::string email;  // as the customer spells it
  std::optional<std::string> name;
  std::optional<std::string> phone;
  customer::role role = role::user;
  std::chrono::sys_time<std::chrono::microseconds> created_at{};
};

// An account to be made.
struct registration {
  email_address email;
  std::optional<std::string> name;
  std::optional<std::string> phone;
  std::string password_hash;  // encoded argon2id
  customer::role role = role::user;
};

// What a customer wants changed: not given stays as it is, given as none is cleared.
struct profile_change {
  std::optional<std::optional<std::string>> name;
  std::optional<std::optional<std::string>> phone;
  [[nodiscard]] bool empty() const noexcept { return !name && !phone; }
};
[[nodiscard]] account changed(account who, const profile_change& change);

// An account with what log-in compares.
struct credentials {
  customer::account account;
  std::string password_hash;
};

// From a moment on, tokens made for this customer do not count any more. Whole milliseconds.
struct revocation {
  std::int64_t customer_id = 0;
  std::chrono::sys_time<std::chrono::microseconds> before{};
};

// fault::unauthenticated "token-invalid": a token may outlive its account.
[[nodiscard]] error account_gone();
// fault::unauthenticated "bad-credentials": whatever was wrong.
[[nodiscard]] error bad_credentials();
// fault::already_exists
[[nodiscard]] error email_taken();
// fault::too_many_requests "too-many-sign-ups", with Retry-After in whole seconds, so never too early.
[[nodiscard]] error too_many_sign_ups(std::chrono::milliseconds left);

}  // namespace mercat::customer
