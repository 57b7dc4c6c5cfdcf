#include "common/http/message.hpp"

#include "common/error.hpp"
#include "common/http/percent.hpp"
#include "common/number.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace mercat::http {

namespace {

constexpr std::array<std::string_view, 7> method_names{"GET",   "HEAD",   "POST",   "PUT",
                                                       "PATCH", "DELETE", "OPTIONS"};

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

error malformed_query(std::string detail) {
  return {fault::malformed, "invalid-query", std::move(detail)};
}

}  // namespace

std::string_view name(method value) noexcept {
  return method_names[static_cast<std::size_t>(value)];
}

std::optional<method> method_named(std::string_view text) noexcept {
  const auto found = std::find(method_names.begin(), method_names.end(), text);
  if (found == method_names.end()) return std::nullopt;
  return static_cast<method>(found - method_names.begin());
}

bool same_name(std::string_view left, std::string_view right) noexcept {
  return left.size() == right.size() && std::equal(left.begin(), left.end(), right.begin(),
                                                   [](char a, char b) { return lower(a) == lower(b); });
}

std::string_view fields::get(std::string_view name) const noexcept {
  for (const auto& [key, value] : list_) {
    if (same_name(key, name)) return value;
  }
  return {};
}

bool fields::has(std::string_view name) const noexcept {
  return count(name) != 0;
}

std::size_t fields::count(std::string_view name) const noexcept {
  return static_cast<std::size_t>(std::count_if(
      list_.begin(), list_.end(), [&](const auto& field) { return same_name(field.first, name); }));
}

query_parameters query_parameters::parse(std::string_view text) {
  query_parameters parsed;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = percent_decoded(pair.substr(0, equals), plus::is_space);
    auto value = percent_decoded(pair.substr(std::min(equals + 1, pair.size())), plus::is_space);
    if (!name || !value) throw malformed_query("The query is not percent-encoded UTF-8.");
    if (parsed.find(*name) != nullptr) throw malformed_query("A query parameter is given more than once.");
    parsed.list_.emplace_back(std::move(*name), std::move(*value));
  }
  return parsed;
}

const std::string* query_parameters::find(std::string_view name) const noexcept {
  for (const auto& [key, value] : list_) {
    if (key == name) return &value;
  }
  return nullptr;
}

long query_parameters::integer(std::string_view name, long otherwise, long least, long most) const {
  const auto* text = find(name);
  if (text == nullptr) return otherwise;
  const auto value = whole_number<long>(*text);
  if (!value || *value < least || *value > most) {
    throw malformed_query("The query parameter '" + std::string(name) + "' must be an integer from " +
                          std::to_string(least) + " to " + std::to_string(most) + ".");
  }
  return *value;
}

const std::string& request::parameter(std::string_view name) const {
  for (const auto& [key, value] : path_parameters) {
    if (key == name) return value;
  }
  throw std::logic_error("the route has no parameter {" + std::string(name) + "}");
}

std::int64_t request::id_parameter(std::string_view name) const {
  const auto& text = parameter(name);
  const auto value = whole_number<std::int64_t>(text);
  if (text.starts_with('0') || !value || *value <= 0) {
    throw error(fault::malformed, "malformed-id",
                "The id in the path must be a positive number without leading zeros.");
  }
  return *value;
}

}  // namespace mercat::http
