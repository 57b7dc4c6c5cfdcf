// The settings of products: MERCAT_* variables, see `products --help`.
#pragma once

#include "common/amqp/connection_settings.hpp"
#include "common/auth/token.hpp"
#include "common/db/pool.hpp"
#include "common/http/server.hpp"
#include "common/lifecycle/process.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace mercat::products {

struct settings {
  lifecycle::process_options process;
  http::server_options http;
  auth::token_rules tokens;
  db::pool_options database;
  db::pool_options searches;
  amqp::broker_options broker;
  std::string currency;
  std::optional<std::string> seed_file;  // subcommand `seed <file>`: load it and leave
  std::optional<std::int64_t> generate;  // subcommand `generate <count>`: make demo products and leave

  // Throws config::invalid.
  static settings read(int argc, char** argv);
};

}  // namespace mercat::products
