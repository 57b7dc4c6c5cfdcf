#include "shopping/settings.hpp"

#include "common/auth/token_settings.hpp"
#include "common/db/pool_settings.hpp"
#include "common/http/server_settings.hpp"

namespace mercat::shopping {

settings settings::read(int argc, char** argv) {
  config::environment env{"shopping", "Carts: asks products over PRODUCT_RPC, hears of deleted customers"};
  settings read;
  env.run_mode();
  read.process = lifecycle::process_options::declare(env, "shopping");
  read.http = http::declare_server(env, read.process.replica);
  read.tokens = auth::declare_tokens(env);
  read.database = db::declare_pool(env, "mercat_shopping");
  read.broker = amqp::declare_broker(env, "shopping");
  read.currency = env.text("MERCAT_CURRENCY", "EUR", "ISO 4217 code of the one shop currency");
  if (const auto rest = env.finish(argc, argv); !rest.empty())
    throw config::invalid("unknown argument '" + rest[0] + "'; see shopping --help");
  return read;
}

}  // namespace mercat::shopping
