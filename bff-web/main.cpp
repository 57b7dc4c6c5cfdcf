#include "bff-web/routes.hpp"
#include "bff/settings.hpp"
#include "bff/upstreams.hpp"
#include "common/lifecycle/process.hpp"

using namespace mercat;

int main(int argc, char** argv) {
  return lifecycle::run([&] {
    const auto settings = bff::settings::read("bff-web", "Backend for desktop browsers", argc, argv);
    lifecycle::process process{settings.process};
    auto& logger = process.logger();
    auto& metrics = process.metrics();

    async::event_loop upstream_loop{"upstreams"};
    bff::upstreams upstreams{upstream_loop, settings.upstreams, metrics};

    http::server server{settings.http, bff_web::routes(upstreams, settings.process.replica),
                        std::make_shared<auth::token_verifier>(settings.tokens), logger, metrics};

    process.depends_on("customer", [&] { return upstreams.customer.available(); });
    process.depends_on("products", [&] { return upstreams.products.available(); });
    process.depends_on("shopping", [&] { return upstreams.shopping.available(); });
    process.watch("upstreams", [&] { return upstream_loop.ticks(); });
    return process.serve(server);
  });
}
