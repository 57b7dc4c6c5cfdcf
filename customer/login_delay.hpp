// login_delay: who guesses passwords has to wait, longer each time: the rule alone, without I/O.
// docs/adr/0015. Immutable values; thread-safe.
#pragma once

#include "common/error.hpp"
#include "customer/account.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace mercat::customer {

struct delay_rules {
  std::int64_t free_failures = 5;     // before the first delay
  std::chrono::seconds longest{300};  // at most an hour: then failures are forgotten
};

// Whose password is tried, and from where.
struct guess {
  std::string account;  // SHA-256 of the e-mail address in lower case
  std::string network;  // client_network()
};
// A text that is no address counts as one account, which nobody has.
[[nodiscard]] guess guess_of(const std::optional<email_address>& email, std::string network);

// What is known of a guess: failures of the last hour without a success, and the time since the last one.
struct failed_guesses {
  std::int64_t count = 0;
  std::chrono::milliseconds since_last{0};
};

// 1, 2, 4 … seconds from the last failure on; zero: the next try may be made.
[[nodiscard]] std::chrono::milliseconds left_to_wait(const failed_guesses& known, const delay_rules& rules);

// fault::too_many_requests "too-many-failures", with Retry-After in whole seconds, so never too early.
[[nodiscard]] error too_many_failures(std::chrono::milliseconds left);

}  // namespace mercat::customer
