// shopping_of_test: shopping's parts on a real database and a real broker, with a catalogue of the test
// behind PRODUCT_RPC. For one thread, where a member does not say otherwise.
#pragma once

#include "common/db/migration.hpp"
#include "common/error.hpp"
#include "shopping/carts.hpp"
#include "shopping/customer_addresses.hpp"
#include "shopping/events.hpp"
#include "shopping/migrations.hpp"
#include "shopping/order_placing.hpp"
#include "shopping/orders.hpp"
#include "shopping/replica_build.hpp"
#include "shopping/store.hpp"
#include "shopping/wishlists.hpp"
#include "tests/shopping/catalogue_of_test.hpp"
#include "tests/support/broker.hpp"
#include "tests/support/counting.hpp"
#include "tests/support/database.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

namespace mercat::test {

struct shopping_of_test {
  log::logger logger{"shopping", "test", log::level::error};
  metrics::registry metrics;
  scratch_schema schema;
  async::event_loop loop{"test"};
  async::event_loop broker_loop{"broker"};
  db::pool database{schema.options(std::chrono::seconds{30}), logger, metrics};  // many do much at once
  test::broker broker{topology::shop};
  catalogue_of_test catalogue;
  amqp::connection connection{broker_loop, broker.options("test"), logger, metrics};
  std::unique_ptr<amqp::rpc_server> products = std::make_unique<amqp::rpc_server>(
      connection, amqp::rpc_server_options{"PRODUCT_RPC"}, catalogue.handlers(), logger, metrics);
  amqp::rpc_client client{connection, {"PRODUCT_RPC"}, metrics};
  shopping::product_offers offers{client};
  shopping::carts carts{database, offers};
  shopping::wishlists wishes{database, offers};
  amqp::rpc_client customer_client{connection, {"CUSTOMER_RPC"}, metrics};
  shopping::customer_addresses addresses{customer_client};
  shopping::order_placing placing{database, offers, addresses, {"EUR"}, [] {}};
  shopping::orders orders{database, [] {}};
  const std::map<std::string, messaging::event_handler> handlers = shopping::event_handlers();

  shopping_of_test() {
    db::migrate(database, shopping::migrations(), std::chrono::seconds{10}, logger);
    BOOST_REQUIRE(eventually([&] { return broker.has_queue("PRODUCT_RPC"); }));
  }

  [[nodiscard]] static async::deadline soon() { return async::deadline::in(std::chrono::seconds{10}); }

  // These four from any thread.
  shopping::cart set(std::int64_t customer, std::int64_t product, std::int64_t quantity) {
    return wait_for(loop, [&] { return carts.set(customer, product, quantity, soon()); });
  }
  shopping::cart view(std::int64_t customer) {
    return wait_for(loop, [&] { return carts.view(customer, soon()); });
  }
  shopping::wishlist_view wish(std::int64_t customer, std::int64_t product) {
    return wait_for(loop, [&] { return wishes.add(customer, product, soon()); });
  }
  // As the consumer does, without its inbox.
  void hear(const messaging::event& happened) {
    wait_for(loop, [&] {
      return database.transaction(soon(),
                                  [&](db::session& s) { handlers.at(happened.type).apply(s, happened); });
    });
  }

  void forget(std::int64_t customer) {
    hear({uuid_v7(), "customer.deleted", R"({"customerId":)" + std::to_string(customer) + "}", ""});
  }
  shopping::merged_view merge(std::int64_t customer, std::vector<shopping::wanted_product> items) {
    return wait_for(loop, [&] { return carts.merge(customer, items, soon()); });
  }
  // Until it is finished.
  shopping::build_counts rebuild() {
    shopping::replica_build build{database, offers};
    auto state = shopping::build_state::going_on;
    while (state == shopping::build_state::going_on)
      state = wait_for(loop, [&] { return build.step(soon()); });
    BOOST_REQUIRE(state == shopping::build_state::finished);
    return build.counts();
  }
  void products_go_away() {
    products.reset();
    BOOST_REQUIRE(eventually([&] { return !broker.has_queue("PRODUCT_RPC"); }));
  }
  void products_come_back() {
    products = std::make_unique<amqp::rpc_server>(connection, amqp::rpc_server_options{"PRODUCT_RPC"},
                                                  catalogue.handlers(), logger, metrics);
    BOOST_REQUIRE(eventually([&] { return broker.has_queue("PRODUCT_RPC"); }));
  }
  void sql(const std::string& statement) {
    schema.as_root([&](db::session& s) { s.execute(statement); });
  }
};

inline auto is(fault kind, std::string slug) {
  return [kind, slug = std::move(slug)](const error& e) { return e.kind() == kind && e.slug() == slug; };
}

inline bool is_away(const error& e) {
  return e.kind() == fault::unavailable;
}

}  // namespace mercat::test
