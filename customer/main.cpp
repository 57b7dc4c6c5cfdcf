#include "common/amqp/publisher.hpp"
#include "common/amqp/rpc.hpp"
#include "common/db/migration.hpp"
#include "common/lifecycle/process.hpp"
#include "common/messaging/outbox.hpp"
#include "common/messaging/revocation_feed.hpp"
#include "customer/address_book.hpp"
#include "customer/customer_rpc.hpp"
#include "customer/demo_customers.hpp"
#include "customer/demo_users.hpp"
#include "customer/directory.hpp"
#include "customer/membership.hpp"
#include "customer/migrations.hpp"
#include "customer/password_resets.hpp"
#include "customer/role_command.hpp"
#include "customer/routes.hpp"
#include "customer/settings.hpp"

using namespace mercat;

int main(int argc, char** argv) {
  return lifecycle::run([&] {
    const auto settings = customer::settings::read(argc, argv);
    if (settings.seed_demo_users) return customer::seed_demo_users(settings), 0;
    if (settings.generate) return customer::generate_demo_customers(settings), 0;
    if (settings.change_role) return customer::grant_role(settings), 0;
    if (settings.list_staff) return customer::list_staff(settings), 0;
    lifecycle::process process{settings.process};
    auto& logger = process.logger();
    auto& metrics = process.metrics();

    async::event_loop events_loop{"events"};  // before the pool, whose threads post to both to their end
    async::event_loop rpc_loop{"rpc"};
    db::pool database{settings.database, logger, metrics};
    db::migrate(database, customer::migrations(), std::chrono::seconds{30}, logger);

    amqp::connection events_connection{
        events_loop, settings.broker.named(settings.process.replica + " events"), logger, metrics};
    amqp::publisher publisher{events_connection, "mercat.events", "customer"};
    messaging::relay relay{database, publisher, events_loop, logger, metrics};

    auth::password_hasher hasher{settings.hashing};
    const auth::token_issuer issuer{settings.tokens};
    const auto remembered = settings.revocations_remembered();
    customer::sessions sessions{database, issuer, settings.refresh_lifetime, settings.most_sessions};
    const auto wake = [&relay] { relay.wake(); };
    const customer::password_writer passwords{database, remembered, wake};
    const customer::login_guard guard{database, settings.delays, metrics};
    customer::membership members(database, hasher, sessions, guard, passwords, events_loop,
                                 settings.sign_ups_per_hour, remembered, wake);
    customer::password_resets resets{database, hasher, passwords, events_loop, settings.resets, wake, logger};
    customer::address_book addresses{database};
    customer::directory customers{database};

    amqp::connection rpc_connection{rpc_loop, settings.broker.named(settings.process.replica + " rpc"),
                                    logger, metrics};
    amqp::rpc_server rpc{rpc_connection,
                         {customer::customer_rpc_queue},
                         customer::customer_rpc(database, remembered),
                         logger,
                         metrics};

    // After the server of CUSTOMER_RPC, which it asks.
    auth::revocations revoked{settings.tokens.lifetime};
    messaging::revocation_feed revocations{events_connection, settings.process.replica, revoked, logger,
                                           metrics};

    http::server server{
        settings.http,
        customer::routes(members, sessions, resets, addresses, customers, settings.process.replica),
        std::make_shared<auth::token_verifier>(settings.tokens, &revoked), logger, metrics};

    process.depends_on("database", [&] { return database.reachable(); });
    process.depends_on("broker",
                       [&] { return events_connection.up() && rpc.ready() && revocations.complete(); });
    process.watch("events", [&] { return events_loop.ticks(); });
    process.watch("rpc", [&] { return rpc_loop.ticks(); });
    process.on_drain([&] { rpc.stop(); }, [&] { return rpc.idle() && resets.idle(); });
    return process.serve(server);
  });
}
