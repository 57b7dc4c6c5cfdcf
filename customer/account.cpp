#include "customer/account.hpp"

#include "common/error.hpp"

#include <algorithm>
#include <stdexcept>

namespace mercat::customer {

namespace {

constexpr std::size_t max_email_bytes = 254;
constexpr std::size_t max_local_bytes = 64;
constexpr std::size_t max_label_bytes = 63;
constexpr std::size_t max_name_code_points = 200;
constexpr std::size_t max_phone_bytes = 32;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_alphanumeric(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

error refused(std::string pointer, std::string detail) {
  error failure(fault::malformed, "invalid-body", "the request body breaks a rule");
  failure.with({{std::move(pointer), std::move(detail)}});
  return failure;
}

// Calls `accept` for each part between separators, empty parts included; false at the first refused one.
template <class Accept>
bool each_part(std::string_view text, char separator, Accept accept) {
  for (;;) {
    const auto end = text.find(separator);
    if (!accept(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

bool is_local_part(std::string_view text) {
  if (text.size() > max_local_bytes) return false;
  constexpr std::string_view also_allowed = "!#$%&'*+-/=?^_`{|}~";
  return each_part(text, '.', [&](std::string_view atom) {
    return !atom.empty() && std::ranges::all_of(atom, [&](char c) {
      return is_alphanumeric(c) || also_allowed.find(c) != std::string_view::npos;
    });
  });
}

bool is_domain(std::string_view text) {
  if (text.find('.') == std::string_view::npos) return false;
  std::string_view last;
  const bool labels_fit = each_part(text, '.', [&](std::string_view label) {
    last = label;
    return !label.empty() && label.size() <= max_label_bytes && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, [](char c) { return is_alphanumeric(c) || c == '-'; });
  });
  // An all-digit last label makes it an IP address, not a domain.
  return labels_fit && !std::ranges::all_of(last, is_digit);
}

// Of valid UTF-8 (the JSON reader checked it): the code point at the front, which is removed.
char32_t take_code_point(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  char32_t value = length == 1 ? lead : lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length && i < text.size(); ++i)
    value = (value << 6) | (static_cast<unsigned char>(text[i]) & 0x3fU);
  text.remove_prefix(std::min(length, text.size()));
  return value;
}

bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 ||  // line and paragraph separator
         (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);         // direction overrides
}

}  // namespace

std::optional<email_address> email_address::try_parse(std::string_view text) {
  const auto address = trimmed(text);
  const auto at = address.find('@');
  if (address.size() > max_email_bytes || at == std::string_view::npos) return std::nullopt;
  if (!is_local_part(address.substr(0, at)) || !is_domain(address.substr(at + 1))) return std::nullopt;
  std::string key(address);
  for (char& c : key)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return email_address{std::string(address), std::move(key)};
}

email_address email_address::parse(std::string_view text) {
  auto address = try_parse(text);
  if (!address) throw refused("/email", "must be an e-mail address in ASCII, like ada@example.org");
  return std::move(*address);
}

std::optional<std::string> name_from(std::optional<std::string_view> text) {
  const auto name = trimmed(text.value_or(""));
  if (name.empty()) return std::nullopt;
  std::size_t length = 0;
  for (auto rest = name; !rest.empty(); ++length)
    if (is_control(take_code_point(rest))) throw refused("/name", "must not contain control characters");
  if (length > max_name_code_points) throw refused("/name", "must be at most 200 characters long");
  return std::string(name);
}

std::optional<std::string> phone_from(std::optional<std::string_view> text) {
  const auto phone = trimmed(text.value_or(""));
  if (phone.empty()) return std::nullopt;
  const auto number = phone.substr(phone.front() == '+' ? 1 : 0);
  constexpr std::string_view between = " .-/()";
  const auto digits = std::ranges::count_if(number, is_digit);
  const bool well_formed = std::ranges::all_of(
      number, [&](char c) { return is_digit(c) || between.find(c) != std::string_view::npos; });
  if (!well_formed || digits < 5 || digits > 15 || phone.size() > max_phone_bytes)
    throw refused("/phone", "must be a telephone number of 5 to 15 digits, like +49 30 901820");
  return std::string(phone);
}

std::string_view name(role value) noexcept {
  return value == role::admin ? "admin" : "user";
}

role role_named(std::string_view text) {
  if (text == "admin") return role::admin;
  if (text == "user") return role::user;
  throw std::logic_error("an account has an unknown role");
}

}  // namespace mercat::customer
