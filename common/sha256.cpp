#include "common/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace mercat {

std::string sha256(std::string_view content) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  if (EVP_Digest(content.data(), content.size(), bytes.data(), &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256 is not to be had");
  constexpr std::string_view digits = "0123456789abcdef";
  std::string written;
  written.reserve(std::size_t{2} * size);
  for (unsigned int i = 0; i < size; ++i) {
    written += digits[bytes[i] >> 4U];
    written += digits[bytes[i] & 15U];
  }
  return written;
}

}  // namespace mercat
