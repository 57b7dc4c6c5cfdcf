// The settings of every service with a schema.
#pragma once

#include "common/config/environment.hpp"
#include "common/db/pool.hpp"

#include <string_view>

namespace mercat::db {

// Declares MERCAT_DB_*. name: the service's own schema and user, unless configured otherwise.
inline pool_options declare_pool(config::environment& env, std::string_view name) {
  pool_options options;
  options.socket = env.text("MERCAT_DB_SOCKET", "", "MariaDB's unix socket; empty: TCP");
  options.host = env.text("MERCAT_DB_HOST", options.host, "MariaDB's host");
  options.port = env.port("MERCAT_DB_PORT", options.port, "MariaDB's port");
  options.schema = env.text("MERCAT_DB_NAME", name, "the service's own schema");
  options.user = env.user("MERCAT_DB_USER", name, "the service's own database user");
  options.password = env.password("MERCAT_DB_PASSWORD", options.user, "password of that user");
  options.threads = static_cast<std::size_t>(
      env.integer("MERCAT_DB_THREADS", 4, 1, 64, "threads", "database threads, a connection each"));
  options.max_queued = static_cast<std::size_t>(env.integer(
      "MERCAT_DB_MAX_QUEUED", 256, 1, 65536, "units of work", "beyond it the answer is 503 at once"));
  return options;
}

}  // namespace mercat::db
