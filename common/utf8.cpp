#include "common/utf8.hpp"

#include <algorithm>
#include <array>
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

}  // namespace

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
