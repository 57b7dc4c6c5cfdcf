// HMAC-SHA256 under one key (RFC 2104). Immutable, thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

struct evp_mac_ctx_st;

namespace mercat::auth {

class hmac_sha256 {
 public:
  using digest = std::array<std::uint8_t, 32>;

  explicit hmac_sha256(std::string_view key);  // throws std::runtime_error when OpenSSL refuses
  ~hmac_sha256();
  hmac_sha256(const hmac_sha256&) = delete;
  hmac_sha256& operator=(const hmac_sha256&) = delete;

  [[nodiscard]] digest of(std::string_view text) const;
  // Takes the same time wherever the first difference is.
  [[nodiscard]] bool matches(std::string_view text, std::string_view claimed) const;

 private:
  evp_mac_ctx_st* keyed_;
  // A context ready for use: setting up a key costs more than the hashing of a token.
  mutable std::atomic<evp_mac_ctx_st*> spare_{nullptr};
};

}  // namespace mercat::auth
