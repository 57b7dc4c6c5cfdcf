#include "products/settings.hpp"

#include "common/auth/token_settings.hpp"
#include "common/db/pool_settings.hpp"
#include "common/http/server_settings.hpp"
#include "common/number.hpp"
#include "products/demo_product.hpp"

namespace mercat::products {

namespace {

db::pool_options declare_searches(config::environment& env, db::pool_options options) {
  options.name = "searches";
  options.threads =
      static_cast<std::size_t>(env.integer("MERCAT_SEARCH_THREADS", 2, 1, 64, "threads",
                                           "database threads for searches alone, a connection each"));
  options.max_queued =
      static_cast<std::size_t>(env.integer("MERCAT_SEARCH_MAX_QUEUED", 96, 1, 65536, "searches",
                                           "that wait; beyond it the answer is 503 at once"));
  return options;
}

}  // namespace

settings settings::read(int argc, char** argv) {
  config::environment env{"products", "The catalogue: product lists over HTTP, PRODUCT_RPC over the broker"};
  settings read;
  const auto mode = env.run_mode();
  read.process = lifecycle::process_options::declare(env, "products");
  read.http = http::declare_server(env, read.process.replica);
  read.tokens = auth::declare_tokens(env);
  read.database = db::declare_pool(env, "mercat_products");
  read.searches = declare_searches(env, read.database);
  read.broker = amqp::declare_broker(env, "products");
  read.currency = env.text("MERCAT_CURRENCY", "EUR", "ISO 4217 code of the one shop currency");
  const auto rest = env.finish(argc, argv,
                               "seed FILE    load the products of a catalogue file, then leave\n"
                               "generate N   make N demo products (development mode only), then leave");
  if (rest.size() == 2 && rest[0] == "seed") {
    read.seed_file = rest[1];
  } else if (rest.size() == 2 && rest[0] == "generate") {
    if (mode != config::mode::development)
      throw config::invalid("generate works in MERCAT_MODE=development only: its products are made up");
    read.generate = whole_number<std::int64_t>(rest[1]);
    if (!read.generate || *read.generate < 1 || *read.generate > most_generated)
      throw config::invalid("generate N: N is a number from 1 to 9999999");
  } else if (!rest.empty()) {
    throw config::invalid("unknown argument '" + rest[0] + "'; see products --help");
  }
  return read;
}

}  // namespace mercat::products
