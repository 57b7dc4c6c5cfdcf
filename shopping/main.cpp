#include "common/amqp/publisher.hpp"
#include "common/amqp/rpc.hpp"
#include "common/db/migration.hpp"
#include "common/lifecycle/process.hpp"
#include "common/messaging/consumer.hpp"
#include "common/messaging/outbox.hpp"
#include "common/messaging/revocation_feed.hpp"
#include "shopping/carts.hpp"
#include "shopping/customer_addresses.hpp"
#include "shopping/events.hpp"
#include "shopping/first_build.hpp"
#include "shopping/migrations.hpp"
#include "shopping/order_eraser.hpp"
#include "shopping/order_placing.hpp"
#include "shopping/order_sweeper.hpp"
#include "shopping/orders.hpp"
#include "shopping/product_offers.hpp"
#include "shopping/rebuild_command.hpp"
#include "shopping/routes.hpp"
#include "shopping/settings.hpp"
#include "shopping/wishlists.hpp"

using namespace mercat;

int main(int argc, char** argv) {
  return lifecycle::run([&] {
    const auto settings = shopping::settings::read(argc, argv);
    if (settings.rebuild_replica) return shopping::rebuild_replica(settings), 0;
    lifecycle::process process{settings.process};
    const auto& replica = settings.process.replica;
    auto& logger = process.logger();
    auto& metrics = process.metrics();

    async::event_loop rpc_loop{"rpc"};  // before the pool, whose threads post to them to their end
    async::event_loop events_loop{"events"};
    db::pool database{settings.database, logger, metrics};
    db::migrate(database, shopping::migrations(), std::chrono::seconds{30}, logger);

    amqp::connection rpc_connection{rpc_loop, settings.broker.named(replica + " rpc"), logger, metrics};
    amqp::connection events_connection{events_loop, settings.broker.named(replica + " events"), logger,
                                       metrics};
    amqp::rpc_client products{rpc_connection, {"PRODUCT_RPC"}, metrics};
    amqp::rpc_client customers{rpc_connection, {"CUSTOMER_RPC"}, metrics};
    amqp::publisher publisher{events_connection, "mercat.events", "shopping"};
    messaging::relay relay{database, publisher, events_loop, logger, metrics};
    const auto wake_relay = [&relay] { relay.wake(); };
    messaging::consumer events{
        events_connection,          database, {.queue = shopping::event_queue, .committed = wake_relay},
        shopping::event_handlers(), logger,   metrics};
    auth::revocations revoked{settings.tokens.lifetime};
    messaging::revocation_feed revocations{events_connection, replica, revoked, logger, metrics};

    shopping::product_offers offers{products};
    shopping::carts carts{database, offers};
    shopping::wishlists wishes{database, offers};
    shopping::customer_addresses addresses{customers};
    shopping::order_placing placing{database, offers, addresses, settings.orders, wake_relay};
    shopping::orders orders{database, wake_relay};
    shopping::order_sweeper sweeper{database, events_connection, {settings.order_timeout}, wake_relay, logger,
                                    metrics};
    shopping::order_eraser eraser{database, events_loop, {}, logger};
    shopping::first_build first_build{database, offers, rpc_loop, logger};
    http::server server{settings.http,
                        shopping::routes(carts, wishes, placing, orders, settings.orders.currency, replica),
                        std::make_shared<auth::token_verifier>(settings.tokens, &revoked), logger, metrics};

    process.depends_on("database", [&] { return database.reachable(); });
    process.depends_on("broker", [&] { return rpc_connection.up() && events_connection.up(); });
    process.depends_on("customer", [&] { return revocations.complete(); });
    process.watch("rpc", [&] { return rpc_loop.ticks(); });
    process.watch("events", [&] { return events_loop.ticks(); });
    process.on_drain([&] { first_build.stop(); }, [&] { return first_build.idle(); });
    process.on_drain([&] { sweeper.stop(); }, [&] { return sweeper.idle(); });
    process.on_drain([&] { eraser.stop(); }, [&] { return eraser.idle(); });
    process.on_drain([&] { events.stop(); }, [&] { return events.idle(); });
    return process.serve(server);
  });
}
