// Text that is a whole number, and nothing else: no blank, no plus sign, nothing behind it, in the range of
// the type.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace mercat {

template <class Number>
[[nodiscard]] std::optional<Number> whole_number(std::string_view text) noexcept {
  Number number{};
  const auto* last = text.data() + text.size();
  const auto [end, failure] = std::from_chars(text.data(), last, number);
  if (failure != std::errc{} || end != last) return std::nullopt;
  return number;
}

}  // namespace mercat
