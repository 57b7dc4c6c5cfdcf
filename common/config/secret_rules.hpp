// What makes a secret one that is guessed first. For production mode: defaults, examples and things typed in
// a hurry are refused at the start; a secret that was drawn at random passes. NIST SP 800-63B, 5.1.1.2, asks
// for the same of passwords: compare with values that are commonly used or expected. No I/O; thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mercat::config {

inline constexpr std::size_t shortest_password = 16;  // bytes, in production
inline constexpr std::size_t fewest_different_characters = 6;

// Why it is no secret for production, as the end of a sentence that begins with its variable ("is ..."); none
// when it is one. user: whose it is, or empty. The text never holds a part of the secret.
[[nodiscard]] std::optional<std::string> weakness_of(std::string_view secret, std::string_view user);

// Whom a service must not log in as at its servers: nobody, and those who may do everything.
[[nodiscard]] bool is_administrator(std::string_view user);

}  // namespace mercat::config
