#include "bff-mobile/routes.hpp"
#include "bff/settings.hpp"
#include "bff/upstreams.hpp"
#include "common/lifecycle/process.hpp"
#include "common/messaging/revocation_feed.hpp"

using namespace mercat;

int main(int argc, char** argv) {
  return lifecycle::run([&] {
    const auto settings =
        bff::settings::read("bff-mobile", "Backend for mobile apps and browsers", argc, argv);
    lifecycle::process process{settings.process};
    const auto& replica = settings.process.replica;
    auto& logger = process.logger();
    auto& metrics = process.metrics();

    async::event_loop upstream_loop{"upstreams"};
    bff::upstreams upstreams{upstream_loop, settings.upstreams, metrics};

    async::event_loop events_loop{"events"};
    amqp::connection events_connection{events_loop, settings.broker.named(replica + " events"), logger,
                                       metrics};
    auth::revocations revoked{settings.tokens.lifetime};
    messaging::revocation_feed revocations{events_connection, replica, revoked, logger, metrics};

    http::server server{settings.http, bff_mobile::routes(upstreams, replica),
                        std::make_shared<auth::token_verifier>(settings.tokens, &revoked), logger, metrics};

    process.depends_on("customer", [&] { return upstreams.customer.available(); });
    process.depends_on("products", [&] { return upstreams.products.available(); });
    process.depends_on("shopping", [&] { return upstreams.shopping.available(); });
    process.depends_on("broker", [&] { return revocations.complete(); });
    process.watch("upstreams", [&] { return upstream_loop.ticks(); });
    process.watch("events", [&] { return events_loop.ticks(); });
    return process.serve(server);
  });
}
