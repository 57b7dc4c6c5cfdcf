#include "shopping/settings.hpp"

#include "common/auth/token_settings.hpp"
#include "common/db/pool_settings.hpp"
#include "common/http/server_settings.hpp"

namespace mercat::shopping {

settings settings::read(int argc, char** argv) {
  config::environment env{
      "shopping", "Carts, wishlists and orders: asks products over PRODUCT_RPC, keeps a replica of its data"};
  settings read;
  const bool production = env.run_mode() == config::mode::production;
  read.process = lifecycle::process_options::declare(env, "shopping");
  read.http = http::declare_server(env, read.process.replica);
  read.tokens = auth::declare_tokens(env);
  read.database = db::declare_pool(env, "mercat_shopping");
  read.broker = amqp::declare_broker(env, "shopping");
  read.orders.currency = env.text("MERCAT_CURRENCY", "EUR", "ISO 4217 code of the one shop currency");
  read.orders.most_per_hour = env.integer("MERCAT_ORDERS_PER_HOUR", production ? 60 : 0, 0, 10'000, "orders",
                                          "of one customer within an hour; 0: any number");
  read.order_timeout = std::chrono::seconds{
      env.integer("MERCAT_ORDER_TIMEOUT_SECONDS", 60, 1, 86'400, "seconds",
                  "an order that nobody decided in so much broker-connected time is cancelled")};
  const auto rest = env.finish(
      argc, argv, "rebuild-replica   make the product replica equal to products' data, then leave");
  if (rest.size() == 1 && rest[0] == "rebuild-replica") {
    read.rebuild_replica = true;
  } else if (!rest.empty()) {
    throw config::invalid("unknown argument '" + rest[0] + "'; see shopping --help");
  }
  return read;
}

}  // namespace mercat::shopping
