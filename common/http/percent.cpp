#include "common/http/percent.hpp"

#include <cstdint>

namespace mercat::http {

namespace {

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

struct lead_byte {
  std::size_t following;
  std::uint32_t bits;
  std::uint32_t least;  // smaller code points have a shorter form
};

std::optional<lead_byte> lead_of(std::uint8_t byte) noexcept {
  if (byte < 0x80) return lead_byte{0, byte, 0};
  if ((byte & 0xE0) == 0xC0) return lead_byte{1, byte & 0x1Fu, 0x80};
  if ((byte & 0xF0) == 0xE0) return lead_byte{2, byte & 0x0Fu, 0x800};
  if ((byte & 0xF8) == 0xF0) return lead_byte{3, byte & 0x07u, 0x10000};
  return std::nullopt;
}

}  // namespace

bool valid_utf8(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = lead_of(static_cast<std::uint8_t>(text[i]));
    if (!lead || text.size() - i <= lead->following) return false;
    auto point = lead->bits;
    for (std::size_t k = 1; k <= lead->following; ++k) {
      const auto next = static_cast<std::uint8_t>(text[i + k]);
      if ((next & 0xC0) != 0x80) return false;
      point = (point << 6) | (next & 0x3Fu);
    }
    if (point < lead->least || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return false;
    i += 1 + lead->following;
  }
  return true;
}

std::optional<std::string> percent_decoded(std::string_view text, plus sign) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && sign == plus::is_space) {
      decoded.push_back(' ');
    } else if (text[i] != '%') {
      decoded.push_back(text[i]);
    } else {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
      decoded.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  if (!valid_utf8(decoded)) return std::nullopt;
  return decoded;
}

}  // namespace mercat::http
