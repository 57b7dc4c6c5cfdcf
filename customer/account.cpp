#include "customer/account.hpp"

#include "common/sha256.hpp"
#include "common/utf8.hpp"
#include "customer/text_rules.hpp"

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

email_address email_address::for_sign_up(std::string_view text) {
  auto address = parse(text);
  if (address.key_.starts_with('-')) throw refused("/email", "must not begin with a hyphen");
  return address;
}

std::string hash_of(const email_address& email) {
  return sha256(email.key());
}

std::optional<std::string> name_from(std::optional<std::string_view> text) {
  const auto name = trimmed(text.value_or(""));
  if (auto fault = fault_of(name, max_name_code_points)) throw refused("/name", std::move(*fault));
  if (is_blank(name)) return std::nullopt;
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

account changed(account who, const profile_change& change) {
  if (change.name) who.name = *change.name;
  if (change.phone) who.phone = *change.phone;
  return who;
}

error account_gone() {
  return {fault::unauthenticated, "token-invalid", "the account this token was made for is gone"};
}

error bad_credentials() {
  return {fault::unauthenticated, "bad-credentials", "e-mail address or password is wrong"};
}

error email_taken() {
  return {fault::already_exists, "email-taken", "an account with this e-mail address exists already"};
}

error too_many_sign_ups(std::chrono::milliseconds left) {
  error refusal(
      fault::too_many_requests, "too-many-sign-ups",
      "Too many accounts were made with this e-mail address within an hour. Wait before the next one.");
  refusal.retry_in(std::max(std::chrono::seconds{1}, std::chrono::ceil<std::chrono::seconds>(left)));
  return refusal;
}

}  // namespace mercat::customer
