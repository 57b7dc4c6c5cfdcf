#include "customer/text_rules.hpp"

#include <algorithm>
#include <utility>

namespace mercat::customer {

namespace {

char32_t take_code_point(std::string_view& text) noexcept {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  char32_t value = length == 1 ? lead : lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length && i < text.size(); ++i)
    value = (value << 6) | (static_cast<unsigned char>(text[i]) & 0x3fU);
  text.remove_prefix(std::min(length, text.size()));
  return value;
}

bool is_control(char32_t c) noexcept {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 ||  // line and paragraph separator
         (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);         // direction overrides
}

bool is_invisible(char32_t c) noexcept {
  return c <= 0x20 || c == 0xa0 || c == 0x61c || c == 0x1680 || (c >= 0x2000 && c <= 0x200f) || c == 0x202f ||
         c == 0x205f || c == 0x2060 || c == 0x3000 || c == 0xfeff;
}

}  // namespace

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blank = " \t\r\n";
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

bool is_blank(std::string_view text) noexcept {
  while (!text.empty())
    if (!is_invisible(take_code_point(text))) return false;
  return true;
}

std::optional<std::string> fault_of(std::string_view text, std::size_t most) {
  std::size_t length = 0;
  for (; !text.empty(); ++length)
    if (is_control(take_code_point(text))) return "must not contain control characters";
  if (length > most) return "must be at most " + std::to_string(most) + " characters long";
  return std::nullopt;
}

error refused(std::vector<violation> violations) {
  error failure(fault::malformed, "invalid-body", "the request body breaks a rule");
  failure.with(std::move(violations));
  return failure;
}

error refused(std::string pointer, std::string detail) {
  std::vector<violation> one;
  one.push_back({std::move(pointer), std::move(detail)});
  return refused(std::move(one));
}

}  // namespace mercat::customer
