// The settings of a BFF.
#pragma once

#include "common/amqp/connection_settings.hpp"
#include "common/auth/token.hpp"
#include "common/http/client.hpp"
#include "common/http/server.hpp"
#include "common/lifecycle/process.hpp"

#include <string>

namespace mercat::bff {

struct upstream_settings {
  http::client_options customer;
  http::client_options products;
  http::client_options shopping;
};

struct settings {
  lifecycle::process_options process;
  http::server_options http;
  auth::token_rules tokens;
  amqp::broker_options broker;
  upstream_settings upstreams;

  // Throws config::invalid. summary: one line for --help.
  [[nodiscard]] static settings read(const std::string& service, const std::string& summary, int argc,
                                     char** argv);
};

}  // namespace mercat::bff
