// The settings of shopping: MERCAT_* variables, see `shopping --help`.
#pragma once

#include "common/amqp/connection_settings.hpp"
#include "common/auth/token.hpp"
#include "common/db/pool.hpp"
#include "common/http/server.hpp"
#include "common/lifecycle/process.hpp"
#include "shopping/order_request.hpp"

#include <chrono>

namespace mercat::shopping {

struct settings {
  lifecycle::process_options process;
  http::server_options http;
  auth::token_rules tokens;
  db::pool_options database;
  amqp::broker_options broker;
  order_rules orders;
  std::chrono::seconds order_timeout{60};
  bool rebuild_replica = false;  // subcommand `rebuild-replica`: do it and leave

  // Throws config::invalid.
  static settings read(int argc, char** argv);
};

}  // namespace mercat::shopping
