#include "products/settings.hpp"

#include "common/auth/token_settings.hpp"
#include "common/db/pool_settings.hpp"
#include "common/http/server_settings.hpp"

namespace mercat::products {

settings settings::read(int argc, char** argv) {
  config::environment env{"products", "The catalogue: product lists over HTTP, PRODUCT_RPC over the broker"};
  settings read;
  env.run_mode();
  read.process = lifecycle::process_options::declare(env, "products");
  read.http = http::declare_server(env, read.process.replica);
  read.tokens = auth::declare_tokens(env);
  read.database = db::declare_pool(env, "mercat_products");
  read.broker = amqp::declare_broker(env, "products");
  read.currency = env.text("MERCAT_CURRENCY", "EUR", "ISO 4217 code of the one shop currency");
  const auto rest = env.finish(argc, argv, "seed FILE   load the products of a catalogue file, then leave");
  if (rest.size() == 2 && rest[0] == "seed") {
    read.seed_file = rest[1];
  } else if (!rest.empty()) {
    throw config::invalid("unknown argument '" + rest[0] + "'; see products --help");
  }
  return read;
}

}  // namespace mercat::products
