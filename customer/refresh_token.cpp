#include "customer/refresh_token.hpp"

#include "common/auth/base64url.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <stdexcept>

namespace mercat::customer {

namespace {

constexpr std::size_t random_bytes = 32;
constexpr std::size_t text_length = 43;

std::string sha256(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), bytes.data(), &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256 is not to be had");
  constexpr std::string_view digits = "0123456789abcdef";
  std::string written;
  for (unsigned int i = 0; i < size; ++i) {
    written += digits[bytes[i] >> 4U];
    written += digits[bytes[i] & 15U];
  }
  return written;
}

}  // namespace

refresh_token fresh_refresh_token() {
  std::array<unsigned char, random_bytes> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error("no randomness for a refresh token");
  auto text = auth::base64url(std::string(bytes.begin(), bytes.end()));
  auto hash = sha256(text);
  return {std::move(text), std::move(hash)};
}

std::optional<std::string> hash_of_refresh_token(std::string_view shown) {
  if (shown.size() != text_length || !auth::from_base64url(shown)) return std::nullopt;
  return sha256(shown);
}

error refresh_refused() {
  return {fault::unauthenticated, "refresh-token-invalid", "this refresh token is not, or no longer, good"};
}

}  // namespace mercat::customer
