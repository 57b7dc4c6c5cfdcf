#include "common/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace mercat {

namespace {

bool shows_nothing(char32_t point) noexcept {
  constexpr std::array<std::pair<char32_t, char32_t>, 12> ranges{{{0x00, 0x20},
                                                                  {0x7f, 0xa0},
                                                                  {0xad, 0xad},
                                                                  {0x61c, 0x61c},
                                                                  {0x1680, 0x1680},
                                                                  {0x180e, 0x180e},
                                                                  {0x2000, 0x200f},
                                                                  {0x2028, 0x202f},
                                                                  {0x205f, 0x2064},
                                                                  {0x2066, 0x206f},
                                                                  {0x3000, 0x3000},
                                                                  {0xfeff, 0xfeff}}};
  return std::ranges::any_of(
      ranges, [point](const auto& range) { return point >= range.first && point <= range.second; });
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

char32_t take_code_point(std::string_view& text) noexcept {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  char32_t point = length == 1 ? lead : lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length && i < text.size(); ++i)
    point = (point << 6U) | (static_cast<unsigned char>(text[i]) & 0x3fU);
  text.remove_prefix(std::min(length, text.size()));
  return point;
}

bool is_control(char32_t point) noexcept {
  return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x2028 || point == 0x2029 ||
         (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
}

bool is_blank(std::string_view text) noexcept {
  while (!text.empty())
    if (!shows_nothing(take_code_point(text))) return false;
  return true;
}

}  // namespace mercat
