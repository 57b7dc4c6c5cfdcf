#include "customer/login_delay.hpp"

#include "common/sha256.hpp"

#include <algorithm>

namespace mercat::customer {

namespace {

constexpr std::int64_t most_doublings = 20;  // longer than any delay that can be configured

}  // namespace

guess guess_of(const std::optional<email_address>& email, std::string network) {
  return {email ? hash_of(*email) : sha256({}), std::move(network)};
}

std::chrono::milliseconds left_to_wait(const failed_guesses& known, const delay_rules& rules) {
  if (known.count < rules.free_failures) return std::chrono::milliseconds{0};
  const auto doublings = std::min(known.count - rules.free_failures, most_doublings);
  const auto delay = std::min(std::chrono::seconds{std::int64_t{1} << doublings}, rules.longest);
  return std::max(std::chrono::milliseconds{0}, delay - known.since_last);
}

error too_many_failures(std::chrono::milliseconds left) {
  error refusal(fault::too_many_requests, "too-many-failures",
                "Too many wrong passwords for this account from here. Wait before the next try.");
  refusal.retry_in(std::max(std::chrono::seconds{1}, std::chrono::ceil<std::chrono::seconds>(left)));
  return refusal;
}

}  // namespace mercat::customer
