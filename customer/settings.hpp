// The settings of customer: MERCAT_* variables, see `customer --help`.
#pragma once

#include "common/amqp/connection_settings.hpp"
#include "common/auth/password.hpp"
#include "common/auth/token.hpp"
#include "common/db/pool.hpp"
#include "common/http/server.hpp"
#include "common/lifecycle/process.hpp"
#include "customer/account.hpp"
#include "customer/login_delay.hpp"
#include "customer/password_resets.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace mercat::customer {

// Subcommand `grant-role <e-mail> <role>`.
struct role_change {
  email_address email;
  role to = role::user;
};

struct settings {
  lifecycle::process_options process;
  http::server_options http;
  auth::token_rules tokens;
  auth::password_hasher_options hashing;
  std::chrono::hours refresh_lifetime{};  // of a refresh token
  std::int64_t most_sessions = 100;       // of one customer
  reset_rules resets;
  delay_rules delays;
  std::int64_t sign_ups_per_hour = 3;  // of one address
  db::pool_options database;
  amqp::broker_options broker;
  bool seed_demo_users = false;  // subcommand `seed-demo-users`: make them and leave; never in production
  std::optional<std::size_t> generate;     // subcommand `generate N`: make N demo customers; likewise
  std::optional<role_change> change_role;  // change it and leave
  bool list_staff = false;                 // subcommand `list-staff`: print them and leave

  // How long it is remembered whose tokens were revoked: as long as one made just before can live, and a
  // margin for clocks that differ.
  [[nodiscard]] std::chrono::seconds revocations_remembered() const {
    return tokens.lifetime + tokens.clock_skew;
  }

  // Throws config::invalid.
  static settings read(int argc, char** argv);
};

}  // namespace mercat::customer
