#include "customer/secret_token.hpp"

#include "common/auth/base64url.hpp"
#include "common/sha256.hpp"

#include <openssl/rand.h>

#include <array>
#include <stdexcept>

namespace mercat::customer {

namespace {

constexpr std::size_t random_bytes = 32;
constexpr std::size_t text_length = 43;

}  // namespace

secret_token fresh_secret_token() {
  std::array<unsigned char, random_bytes> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error("no randomness for a token");
  auto text = auth::base64url(std::string(bytes.begin(), bytes.end()));
  auto hash = sha256(text);
  return {std::move(text), std::move(hash)};
}

std::optional<std::string> hash_of_secret_token(std::string_view shown) {
  if (shown.size() != text_length || !auth::from_base64url(shown)) return std::nullopt;
  return sha256(shown);
}

}  // namespace mercat::customer
