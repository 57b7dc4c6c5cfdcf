#include "customer/text_rules.hpp"

#include "common/utf8.hpp"

#include <utility>

namespace mercat::customer {

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blank = " \t\r\n";
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
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
