// The settings every HTTP service has in common.
#pragma once

#include "common/config/environment.hpp"
#include "common/http/server.hpp"

#include <string>

namespace mercat::http {

// Declares MERCAT_HTTP_ADDRESS, MERCAT_HTTP_PORT, MERCAT_HTTP_THREADS and MERCAT_HTTP_MAX_IN_FLIGHT.
inline server_options declare_server(config::environment& env, std::string replica) {
  server_options options;
  options.address = env.text("MERCAT_HTTP_ADDRESS", "127.0.0.1", "address of the main listener");
  options.port = env.port("MERCAT_HTTP_PORT", 8000, "port of the main listener");
  options.threads =
      static_cast<std::size_t>(env.integer("MERCAT_HTTP_THREADS", 1, 1, 64, "threads", "reactor threads"));
  options.max_in_flight = static_cast<std::size_t>(env.integer(
      "MERCAT_HTTP_MAX_IN_FLIGHT", 256, 1, 65536, "requests", "beyond it the answer is 503 at once"));
  options.replica = std::move(replica);
  return options;
}

}  // namespace mercat::http
