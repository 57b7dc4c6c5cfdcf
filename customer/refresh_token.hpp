// Refresh tokens: 256 random bits in base64url (43 characters), which say nothing and are looked up. What is
// kept is their SHA-256, so that whoever reads the database can log in as nobody; a plain hash is enough for
// what nobody can guess. Thread-safe.
#pragma once

#include "common/error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace mercat::customer {

struct refresh_token {
  std::string text;  // given to the customer, and kept nowhere
  std::string hash;  // 64 hexadecimal digits
};

// Throws std::runtime_error when there is no randomness to be had.
[[nodiscard]] refresh_token fresh_refresh_token();

// The hash of a token that somebody shows; none: this cannot be one of ours.
[[nodiscard]] std::optional<std::string> hash_of_refresh_token(std::string_view shown);

// fault::unauthenticated "refresh-token-invalid": the same for every reason.
[[nodiscard]] error refresh_refused();

}  // namespace mercat::customer
