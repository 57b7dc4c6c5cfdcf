// The instance under test, as its environment describes it, and what tests do with it again and again.
#pragma once

#include "tests/e2e/browser.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace mercat::e2e {

struct replica {
  std::string name;  // "customer-1"
  pid_t pid = 0;
  std::uint16_t port = 0;

  [[nodiscard]] std::string service() const { return name.substr(0, name.rfind('-')); }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port); }
};

struct mail {
  std::string to, from, subject, message_id, text, html;
};

struct account {
  std::int64_t id = 0;
  std::string email;
  std::string password;
  std::string token;
};

// A variable that must be there: throws with the remedy (`./mercat test`).
[[nodiscard]] std::string variable(const char* name);
[[nodiscard]] std::string url();

// As `./mercat env` says now: pids change when a replica is restarted.
[[nodiscard]] std::vector<replica> replicas();
[[nodiscard]] std::vector<replica> replicas_of(const std::string& service);

// Runs ./mercat with these arguments; its output goes to the test's log. Returns its exit code.
int command(const std::string& arguments);
// Its standard output; throws when it fails.
[[nodiscard]] std::string output_of(const std::string& arguments);

[[nodiscard]] std::vector<mail> mails_to(const std::string& address);
// From a mail about a forgotten password; empty when there is none.
[[nodiscard]] std::string mailed_reset_token(const std::string& address);

// A new account with an address that no other test uses.
[[nodiscard]] account sign_up(browser& device);
[[nodiscard]] std::string fresh_email();

// Asks until it is true, at most for `limit`. No fixed sleeps in tests: this is the only waiting.
[[nodiscard]] bool becomes_true(const std::function<bool()>& condition, std::chrono::milliseconds limit);

// Whether four requests in a row are soon answered 401: one refusal is of one replica, and nginx takes them
// in turn.
[[nodiscard]] bool is_soon_refused(const std::function<answer()>& request);

// How long faults last: short by default, as long as the issue promises with MERCAT_TEST_ALL=1 (./mercat test
// --all).
[[nodiscard]] bool run_everything();

}  // namespace mercat::e2e
