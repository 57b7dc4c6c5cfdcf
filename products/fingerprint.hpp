// FNV-1a, 64 bits: a short number for a text. Against accidents, not against malice.
#pragma once

#include <cstdint>
#include <string_view>

namespace mercat::products {

[[nodiscard]] constexpr std::uint64_t fingerprint(std::string_view text) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char byte : text) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 0x100000001b3U;
  }
  return hash;
}

}  // namespace mercat::products
