// Secret tokens: 256 random bits in base64url (43 characters), which say nothing and are looked up: refresh
// tokens, and those that replace a forgotten password. What is kept is their SHA-256, so that whoever reads
// the database can use none; a plain hash is enough for what nobody can guess. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mercat::customer {

struct secret_token {
  std::string text;  // given to the customer, and kept nowhere
  std::string hash;  // 64 hexadecimal digits
};

// Throws std::runtime_error when there is no randomness to be had.
[[nodiscard]] secret_token fresh_secret_token();

// The hash of a token that somebody shows; none: this cannot be one of ours.
[[nodiscard]] std::optional<std::string> hash_of_secret_token(std::string_view shown);

}  // namespace mercat::customer
