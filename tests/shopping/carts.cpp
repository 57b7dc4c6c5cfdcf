// Carts on a real database, with products answering over a real broker.
#include "shopping/carts.hpp"

#include "common/db/migration.hpp"
#include "common/error.hpp"
#include "shopping/events.hpp"
#include "shopping/migrations.hpp"
#include "shopping/store.hpp"
#include "tests/support/broker.hpp"
#include "tests/support/database.hpp"

#include <boost/test/unit_test.hpp>

#include <thread>

using namespace mercat;
using namespace mercat::shopping;

namespace {

async::deadline soon() {
  return async::deadline::in(std::chrono::seconds{5});
}

async::task<amqp::rpc_reply> reply(int status, std::string body) {
  co_return amqp::rpc_reply{status, std::move(body)};
}

std::string product_json(std::int64_t id) {
  return R"({"id":)" + std::to_string(id) + R"(,"name":"P","banner":"/p.svg","price":2.5,"available":true})";
}

// Stands where products stands: knows every product with an id below 1000.
std::map<std::string, amqp::rpc_handler> products_of_test() {
  return {{"VIEW_PRODUCT",
           [](const json::value& data, async::deadline) {
             const auto id = data.GetInt64();
             return id < 1000 ? reply(200, product_json(id)) : reply(404, "null");
           }},
          {"VIEW_PRODUCTS", [](const json::value& data, async::deadline) {
             std::string list;
             for (const auto& id : data.GetArray())
               list += (list.empty() ? "" : ",") + product_json(id.GetInt64());
             return reply(200, "[" + list + "]");
           }}};
}

struct carts_of_test {
  log::logger logger{"shopping", "test", log::level::error};
  metrics::registry metrics;
  test::scratch_schema schema;
  db::pool database{schema.options(), logger, metrics};
  test::broker broker;
  async::event_loop loop{"test"};
  async::event_loop broker_loop{"broker"};
  amqp::connection connection{broker_loop, broker.options("test"), logger, metrics};
  std::unique_ptr<amqp::rpc_server> products = std::make_unique<amqp::rpc_server>(
      connection, amqp::rpc_server_options{"PRODUCT_RPC"}, products_of_test(), logger, metrics);
  amqp::rpc_client client{connection, {"PRODUCT_RPC"}, metrics};
  product_offers offers{client};
  carts all{database, offers};

  carts_of_test() {
    db::migrate(database, migrations(), std::chrono::seconds{10}, logger);
    BOOST_REQUIRE(test::eventually([&] { return broker.has_queue("PRODUCT_RPC"); }));
  }

  cart_view set(customer_id customer, product_id product, std::int64_t quantity) {
    return test::wait_for(loop, [&] { return all.set(customer, product, quantity, soon()); });
  }
  cart_view view(customer_id customer) {
    return test::wait_for(loop, [&] { return all.view(customer, soon()); });
  }
  void forget(customer_id customer) {
    test::wait_for(loop, [&] {
      return database.transaction(soon(),
                                  [customer](db::session& s) { store::forget_customer(s, customer); });
    });
  }
};

auto is(fault kind, std::string slug) {
  return [kind, slug = std::move(slug)](const error& e) { return e.kind() == kind && e.slug() == slug; };
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_product_set_twice_has_the_second_quantity, carts_of_test) {
  set(7, 1, 5);
  const auto now = set(7, 1, 2);
  BOOST_REQUIRE_EQUAL(now.lines.size(), 1U);
  BOOST_TEST(now.lines[0].quantity == 2);
  BOOST_TEST(now.lines[0].price.minor_units == 250);
  BOOST_TEST(now.now.known);
}

BOOST_FIXTURE_TEST_CASE(an_unknown_product_changes_nothing, carts_of_test) {
  BOOST_CHECK_EXCEPTION(set(7, 5000, 1), error, is(fault::not_found, "product-not-found"));
  BOOST_TEST(view(7).lines.empty());
}

BOOST_FIXTURE_TEST_CASE(carts_are_apart, carts_of_test) {
  set(7, 1, 1);
  BOOST_TEST(view(8).lines.empty());
  BOOST_CHECK_EXCEPTION(test::wait_for(loop, [&] { return all.remove(8, 1, soon()); }), error,
                        is(fault::not_found, "not-in-cart"));
  BOOST_TEST(view(7).lines.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_cart_has_at_most_a_hundred_products, carts_of_test) {
  for (product_id id = 1; id <= most_lines; ++id) set(7, id, 1);
  BOOST_CHECK_EXCEPTION(set(7, 500, 1), error, is(fault::conflict, "cart-full"));
  BOOST_TEST(static_cast<std::int64_t>(view(7).lines.size()) == most_lines);
  BOOST_TEST(set(7, 1, 9).lines.size() == 100U, "one that is there may still change");
}

BOOST_FIXTURE_TEST_CASE(fifty_first_adds_at_once_make_one_cart, carts_of_test) {
  std::vector<std::thread> shoppers;
  for (int i = 0; i < 50; ++i) shoppers.emplace_back([&, i] { set(7, 1 + i % 5, 1 + i); });
  for (auto& each : shoppers) each.join();
  BOOST_TEST(view(7).lines.size() == 5U);
}

BOOST_FIXTURE_TEST_CASE(a_forgotten_customer_has_no_cart_and_gets_no_new_one, carts_of_test) {
  set(7, 1, 1);
  forget(7);
  forget(7);
  BOOST_TEST(view(7).lines.empty());
  BOOST_CHECK_EXCEPTION(set(7, 1, 1), error, is(fault::unauthenticated, "token-invalid"));
  BOOST_TEST(view(7).lines.empty());
}

BOOST_FIXTURE_TEST_CASE(while_products_is_away_carts_are_read_and_nothing_is_added, carts_of_test) {
  set(7, 1, 2);
  products.reset();
  BOOST_REQUIRE(test::eventually([&] { return !broker.has_queue("PRODUCT_RPC"); }));
  const auto now = view(7);
  BOOST_TEST(!now.now.known);
  BOOST_TEST(total(now.lines, now.now).minor_units == 500);
  BOOST_CHECK_EXCEPTION(set(7, 2, 1), error, [](const error& e) { return e.kind() == fault::unavailable; });
}
