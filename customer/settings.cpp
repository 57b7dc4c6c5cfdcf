#include "customer/settings.hpp"

#include "common/auth/token_settings.hpp"
#include "common/db/pool_settings.hpp"
#include "common/http/server_settings.hpp"

namespace mercat::customer {

settings settings::read(int argc, char** argv) {
  config::environment env{"customer",
                          "Customer accounts: sign-up, log-in, profile; issues the access tokens"};
  settings read;
  const auto mode = env.run_mode();
  read.process = lifecycle::process_options::declare(env, "customer");
  read.http = http::declare_server(env, read.process.replica);
  read.tokens = auth::declare_tokens(env);
  read.hashing.threads = static_cast<std::size_t>(
      env.integer("MERCAT_ARGON2_THREADS", 1, 1, 64, "threads", "password hashing threads, 19 MiB each"));
  read.hashing.max_queued = static_cast<std::size_t>(
      env.integer("MERCAT_ARGON2_QUEUE", 32, 1, 4096, "passwords", "beyond it the answer is 503 at once"));
  read.database = db::declare_pool(env, "mercat_customer");
  read.broker = amqp::declare_broker(env, "customer");
  const auto rest = env.finish(
      argc, argv, "seed-demo-users   make the two demo accounts (development mode only), then leave");
  if (rest.size() == 1 && rest[0] == "seed-demo-users") {
    if (mode != config::mode::development)
      throw config::invalid("seed-demo-users works in MERCAT_MODE=development only: the password is public");
    read.seed_demo_users = true;
  } else if (!rest.empty()) {
    throw config::invalid("unknown argument '" + rest[0] + "'; see customer --help");
  }
  return read;
}

}  // namespace mercat::customer
