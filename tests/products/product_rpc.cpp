// PRODUCT_RPC between a real client and a real server, over a real broker.
#include "products/product_rpc.hpp"

#include "common/error.hpp"
#include "tests/products/catalogue_of_test.hpp"
#include "tests/support/broker.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using mercat::test::soon;

namespace {

struct shop_over_rpc : test::catalogue_of_test {
  test::broker broker;
  products::assortment goods{database, "EUR", [] {}};
  async::event_loop broker_loop{"broker"};
  amqp::connection connection{broker_loop, broker.options("test"), logger, metrics};
  amqp::rpc_server server{
      connection, {products::product_rpc_queue}, products::product_rpc(shop, goods), logger, metrics};
  amqp::rpc_client client{connection, {products::product_rpc_queue}, metrics};

  shop_over_rpc() {
    fill(5);
    BOOST_REQUIRE(test::eventually([&] { return broker.has_queue(products::product_rpc_queue); }));
  }
  amqp::rpc_reply ask(const std::string& type, const std::string& data) {
    return await([&] { return client.call(type, data, soon()); });
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(view_product_answers_the_product_or_null_with_404, shop_over_rpc) {
  const auto found = ask("VIEW_PRODUCT", R"({"product_id":"3"})");
  BOOST_TEST(found.status == 200);
  BOOST_TEST(json::document::parse(found.body).root()["id"].GetInt() == 3);
  const auto missing = ask("VIEW_PRODUCT", "99");
  BOOST_TEST(missing.status == 404);
  BOOST_TEST(missing.body == "null");
}

BOOST_FIXTURE_TEST_CASE(view_products_answers_those_found, shop_over_rpc) {
  const auto found = ask("VIEW_PRODUCTS", "[5,99,2]");
  BOOST_TEST(found.status == 200);
  const auto document = json::document::parse(found.body);
  BOOST_REQUIRE_EQUAL(document.root().Size(), 2U);
  BOOST_TEST(document.root()[0]["id"].GetInt() == 5);
  BOOST_TEST(document.root()[1]["id"].GetInt() == 2);
}

BOOST_FIXTURE_TEST_CASE(export_products_answers_a_piece_of_the_catalogue, shop_over_rpc) {
  await([&] { return goods.remove(2, soon()); });
  const auto got = ask("EXPORT_PRODUCTS", R"({"after":1,"limit":2})");
  BOOST_TEST(got.status == 200);
  const auto piece = json::document::parse(got.body);
  const auto& root = piece.root();
  BOOST_REQUIRE_EQUAL(root["products"].Size(), 1U);
  BOOST_TEST(root["products"][0]["product"]["id"].GetInt() == 3);
  BOOST_TEST(root["products"][0]["product"]["quantity"].GetInt() == 3);
  BOOST_TEST(root["products"][0]["stockVersion"].GetInt() == 1);
  BOOST_REQUIRE_EQUAL(root["deleted"].Size(), 1U);
  BOOST_TEST(root["deleted"][0]["id"].GetInt() == 2);
  BOOST_TEST(root["deleted"][0]["version"].GetInt() == 2);
  BOOST_TEST(root["next"].GetInt() == 3);
  const auto rest = ask("EXPORT_PRODUCTS", R"({"after":3})");
  BOOST_TEST(json::document::parse(rest.body).root()["next"].IsNull());
  for (const auto* bad : {"1", "{\"limit\":0}", "{\"limit\":501}", "{\"after\":-1}", "{\"after\":\"1\"}"})
    BOOST_TEST(ask("EXPORT_PRODUCTS", bad).status == 400);
}

BOOST_FIXTURE_TEST_CASE(a_bad_request_gets_an_error_reply_and_the_server_lives_on, shop_over_rpc) {
  BOOST_TEST(ask("VIEW_PRODUCT", R"("one")").status == 400);
  BOOST_TEST(ask("VIEW_PRODUCTS", "1").status == 400);
  BOOST_TEST(ask("SELL_PRODUCT", "1").status == 400);
  BOOST_TEST(ask("VIEW_PRODUCT", "1").status == 200);
}

// A connection of ours takes messages up to 16 MiB: a longer reply would break it, and that at every attempt.
BOOST_FIXTURE_TEST_CASE(a_reply_that_would_be_too_long_is_refused_and_the_server_lives_on, shop_over_rpc) {
  constexpr int count = 36;
  fill(count);
  // Each is six characters in JSON: 390 kB a product.
  database.run_blocking(
      [](db::session& s) { s.execute("UPDATE product SET description = REPEAT(CHAR(1), 65000)"); });
  std::string all = "[1";
  for (int id = 2; id <= count; ++id) all += "," + std::to_string(id);
  const auto refused = ask("VIEW_PRODUCTS", all + "]");
  BOOST_TEST(refused.status == 413);
  BOOST_TEST(refused.body.starts_with(R"({"error":"reply-too-large",)"));
  const auto fewer = ask("VIEW_PRODUCTS", "[1,2]");
  BOOST_TEST(fewer.status == 200);
  BOOST_TEST(fewer.body.size() > 2U * 6U * 65000U);
}
