#include "common/amqp/publisher.hpp"
#include "common/amqp/rpc.hpp"
#include "common/db/migration.hpp"
#include "common/lifecycle/process.hpp"
#include "common/messaging/consumer.hpp"
#include "common/messaging/outbox.hpp"
#include "common/messaging/revocation_feed.hpp"
#include "products/assortment.hpp"
#include "products/catalogue.hpp"
#include "products/category_store.hpp"
#include "products/events.hpp"
#include "products/generate.hpp"
#include "products/migrations.hpp"
#include "products/product_rpc.hpp"
#include "products/routes.hpp"
#include "products/search_store.hpp"
#include "products/seed.hpp"
#include "products/settings.hpp"

using namespace mercat;

namespace {

// A wrong count in a list of categories is no reason not to start.
void recount_categories(db::pool& database, log::logger& logger) {
  try {
    if (const auto wrong = products::store::recount_categories(database))
      logger.info("counts of categories were wrong, and are corrected",
                  {{"categories", std::to_string(wrong)}});
  } catch (const db::transient&) {
    logger.warning("the products of the categories are not counted anew: others change them");
  }
}

}  // namespace

int main(int argc, char** argv) {
  return lifecycle::run([&] {
    const auto settings = products::settings::read(argc, argv);
    if (settings.seed_file) return products::seed(settings), 0;
    if (settings.generate) return products::generate(settings), 0;
    lifecycle::process process{settings.process};
    auto& logger = process.logger();
    auto& metrics = process.metrics();

    async::event_loop events_loop{
        "events"};  // both before the pools, whose threads post to them to their end
    async::event_loop rpc_loop{"rpc"};
    db::pool database{settings.database, logger, metrics};
    db::pool searches{settings.searches, logger, metrics};
    db::migrate(database, products::migrations(), std::chrono::seconds{30}, logger);
    products::store::index_missing(database);
    recount_categories(database, logger);

    amqp::connection events_connection{
        events_loop, settings.broker.named(settings.process.replica + " events"), logger, metrics};
    amqp::publisher publisher{events_connection, "mercat.events", "products"};
    messaging::relay relay{database, publisher, events_loop, logger, metrics};
    const auto wake_relay = [&relay] { relay.wake(); };
    auth::revocations revoked{settings.tokens.lifetime};
    messaging::revocation_feed revocations{events_connection, settings.process.replica, revoked, logger,
                                           metrics};

    messaging::consumer orders{
        events_connection,          database, {.queue = products::event_queue, .committed = wake_relay},
        products::event_handlers(), logger,   metrics};

    products::catalogue catalogue{database, searches, settings.currency};
    products::assortment assortment{database, settings.currency, wake_relay};

    amqp::connection rpc_connection{rpc_loop, settings.broker.named(settings.process.replica + " rpc"),
                                    logger, metrics};
    amqp::rpc_server product_rpc{rpc_connection,
                                 {products::product_rpc_queue},
                                 products::product_rpc(catalogue, assortment),
                                 logger,
                                 metrics};

    http::server server{settings.http, products::routes(catalogue, assortment, settings.process.replica),
                        std::make_shared<auth::token_verifier>(settings.tokens, &revoked), logger, metrics};

    process.depends_on("database", [&] { return database.reachable(); });
    process.depends_on("broker", [&] { return product_rpc.ready() && events_connection.up(); });
    process.depends_on("customer", [&] { return revocations.complete(); });
    process.watch("events", [&] { return events_loop.ticks(); });
    process.watch("rpc", [&] { return rpc_loop.ticks(); });
    process.on_drain([&] { product_rpc.stop(); }, [&] { return product_rpc.idle(); });
    process.on_drain([&] { orders.stop(); }, [&] { return orders.idle(); });
    return process.serve(server);
  });
}
