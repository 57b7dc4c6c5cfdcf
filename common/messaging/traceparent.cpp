#include "common/messaging/traceparent.hpp"

namespace mercat::messaging {

namespace {

constexpr std::string_view form = "00-hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh-hhhhhhhhhhhhhhhh-hh";

bool has_form(std::string_view given) noexcept {
  if (given.size() != form.size()) return false;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const char c = given[i];
    const bool is_hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (form[i] == 'h' ? !is_hex : c != form[i]) return false;
  }
  return true;
}

bool is_zero(std::string_view id) noexcept {
  return id.find_first_not_of('0') == std::string_view::npos;
}

}  // namespace

std::string_view valid_traceparent(std::string_view given) noexcept {
  if (!has_form(given) || is_zero(given.substr(3, 32)) || is_zero(given.substr(36, 16))) return {};
  return given;
}

}  // namespace mercat::messaging
