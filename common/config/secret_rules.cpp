#include "common/config/secret_rules.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

namespace mercat::config {

namespace {

// In lower case. Defaults of the servers we use, words of documentation, rows of the keyboard, our own demo.
constexpr auto well_known = std::to_array<std::string_view>(
    {"guest",    "secret",  "changeme",   "change-me", "change_me", "password", "passw0rd",    "passwd",
     "mercat",   "admin",   "root",       "default",   "example",   "sample",   "test",        "demo",
     "letmein",  "welcome", "qwertyuiop", "qwerty",    "asdfgh",    "abcdefgh", "12345678",    "0123456789",
     "rabbitmq", "mariadb", "mysql",      "database",  "token",     "insert",   "replace",     "your",
     "here",     "correct", "horse",      "battery",   "staple",    "please",   "development", "production"});

// This much beside the words is no longer "a word with a year behind it".
constexpr std::size_t enough_of_its_own = 8;

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  for (auto& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

// Takes every occurrence of the word out; whether there was one.
bool take_out(std::string& text, std::string_view word) {
  bool found = false;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at)) {
    text.erase(at, word.size());
    found = true;
  }
  return found;
}

bool is_made_of_words(std::string_view secret, const std::string& user) {
  auto rest = in_lower_case(secret);
  bool found = !user.empty() && take_out(rest, user);
  // The longest first: what is left of "password" without "passw" is no word.
  std::vector<std::string_view> words(well_known.begin(), well_known.end());
  std::stable_sort(words.begin(), words.end(),
                   [](auto one, auto other) { return one.size() > other.size(); });
  for (const auto word : words) found = take_out(rest, word) || found;
  const auto letters = std::count_if(rest.begin(), rest.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  return found && static_cast<std::size_t>(letters) < enough_of_its_own;
}

}  // namespace

std::optional<std::string> weakness_of(std::string_view secret, std::string_view user) {
  if (secret.size() < shortest_password)
    return "is too short for production: " + std::to_string(secret.size()) + " bytes, at least " +
           std::to_string(shortest_password) + " are needed";
  const std::set<char> different(secret.begin(), secret.end());
  if (different.size() < fewest_different_characters)
    return "is made of fewer than " + std::to_string(fewest_different_characters) +
           " different characters: draw one at random";
  const auto name = in_lower_case(user);
  if (!name.empty() && in_lower_case(secret) == name) return "is the name of its user: draw one at random";
  if (is_made_of_words(secret, name)) return "is a well-known or example value: draw one at random";
  return std::nullopt;
}

bool is_administrator(std::string_view user) {
  const auto name = in_lower_case(user);
  constexpr auto all = std::to_array<std::string_view>({"", "root", "admin", "administrator", "guest"});
  return std::find(all.begin(), all.end(), name) != all.end();
}

}  // namespace mercat::config
