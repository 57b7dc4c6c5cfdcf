#include "common/auth/hmac.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <memory>
#include <stdexcept>

namespace mercat::auth {

namespace {

void require(bool success) {
  if (!success) throw std::runtime_error("HMAC-SHA256 failed");
}

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

}  // namespace

hmac_sha256::hmac_sha256(std::string_view key) {
  const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> algorithm(EVP_MAC_fetch(nullptr, "HMAC", nullptr),
                                                                    &EVP_MAC_free);
  require(algorithm != nullptr);
  keyed_ = EVP_MAC_CTX_new(algorithm.get());
  char name[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                                   OSSL_PARAM_construct_end()};
  if (keyed_ == nullptr || EVP_MAC_init(keyed_, bytes_of(key), key.size(), parameters) != 1) {
    EVP_MAC_CTX_free(keyed_);
    require(false);
  }
}

hmac_sha256::~hmac_sha256() {
  EVP_MAC_CTX_free(spare_.load());
  EVP_MAC_CTX_free(keyed_);
}

hmac_sha256::digest hmac_sha256::of(std::string_view text) const {
  EVP_MAC_CTX* taken = spare_.exchange(nullptr, std::memory_order_acquire);
  if (taken == nullptr) taken = EVP_MAC_CTX_dup(keyed_);
  require(taken != nullptr);
  digest result{};
  std::size_t length = 0;
  // A null key keeps the one of before and starts anew.
  const bool done = EVP_MAC_init(taken, nullptr, 0, nullptr) == 1 &&
                    EVP_MAC_update(taken, bytes_of(text), text.size()) == 1 &&
                    EVP_MAC_final(taken, result.data(), &length, result.size()) == 1 &&
                    length == result.size();
  EVP_MAC_CTX_free(spare_.exchange(taken, std::memory_order_acq_rel));
  require(done);
  return result;
}

bool hmac_sha256::matches(std::string_view text, std::string_view claimed) const {
  const auto own = of(text);
  return claimed.size() == own.size() && CRYPTO_memcmp(own.data(), claimed.data(), own.size()) == 0;
}

}  // namespace mercat::auth
