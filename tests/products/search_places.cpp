// Slow searches, however many, take nothing from the rest of the shop: they have places of their own.
#include "common/error.hpp"
#include "products/product_rpc.hpp"
#include "products/routes.hpp"
#include "tests/products/catalogue_of_test.hpp"
#include "tests/support/broker.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <future>
#include <list>
#include <optional>
#include <vector>

using namespace mercat;
using namespace std::chrono_literals;
using mercat::test::eventually;
using mercat::test::soon;

namespace {

constexpr std::size_t searching = 2;
constexpr std::size_t waiting = 16;
// Until the test lets them go on.
constexpr auto as_long_as_it_takes = 120s;

struct shop_with_few_places : test::catalogue_of_test {
  db::pool places{few(), logger, metrics};
  products::catalogue searched{database, places, "EUR"};
  products::assortment goods{database, "EUR", [] {}};
  http::route_table table = products::routes(searched, goods, "products-1");
  test::broker broker;
  async::event_loop broker_loop{"broker"};
  amqp::connection connection{broker_loop, broker.options("test"), logger, metrics};
  amqp::rpc_server server{
      connection, {products::product_rpc_queue}, products::product_rpc(searched, goods), logger, metrics};
  amqp::rpc_client client{connection, {products::product_rpc_queue}, metrics};
  std::list<http::request> requests;

  shop_with_few_places() {
    fill(5);
    BOOST_REQUIRE(eventually([&] { return broker.has_queue(products::product_rpc_queue); }));
  }

  [[nodiscard]] db::pool_options few() const {
    auto options = schema.options();
    options.name = "searches";
    options.threads = searching;
    options.max_queued = waiting;
    options.time_limit = as_long_as_it_takes;
    return options;
  }

  // What the handler of this row of the table gives, from the loop's thread.
  async::task<http::response> call(http::method method, const std::string& path, http::request request) {
    const auto row = std::ranges::find_if(
        table, [&](const auto& each) { return each.method == method && each.path == path; });
    return row->handler(requests.emplace_back(std::move(request)));
  }
  http::response get(const std::string& path, const std::string& id) {
    http::request asked;
    asked.path_parameters = {{"id", id}};
    asked.deadline = soon();
    return await([&] { return call(http::method::get, path, std::move(asked)); });
  }
  http::response get_some(const std::string& ids) {
    http::request asked;
    asked.json = json::document::parse(ids);
    asked.deadline = soon();
    return await([&] { return call(http::method::post, "/products/ids", std::move(asked)); });
  }
  http::response list(const std::string& query, async::deadline until = soon()) {
    return await([&] { return call(http::method::get, "/products", asking(query, until)); });
  }
  static http::request asking(const std::string& query, async::deadline until) {
    http::request asked;
    asked.query = http::query_parameters::parse(query);
    asked.deadline = until;
    return asked;
  }
  // Its status, once it has ended.
  std::future<int> begin_search() {
    const auto status = std::make_shared<std::promise<int>>();
    loop.post([this, status] {
      async::spawn(
          call(http::method::get, "/products", asking("q=product", async::deadline::in(as_long_as_it_takes))),
          [status](std::exception_ptr failure, std::optional<http::response> answer) {
            if (failure) return status->set_exception(failure);
            status->set_value(answer->status);
          });
    });
    return status->get_future();
  }
  std::int64_t refused() {
    const auto text = metrics.text();
    const std::string line = R"(mercat_db_failures_total{kind="overloaded",pool="searches"} )";
    const auto found = text.find(line);
    return found == std::string::npos ? -1 : std::stoll(text.substr(found + line.size()));
  }
};

bool says_not_now(const error& refused) {
  return refused.kind() == fault::unavailable && refused.slug() == "database-overloaded";
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(while_slow_searches_fill_their_places_all_else_answers_and_more_are_refused,
                        shop_with_few_places) {
  std::vector<std::future<int>> slow;
  schema.as_root([&](db::session& s) {
    s.execute("LOCK TABLES search_suffix WRITE");  // no search ends before it goes
    for (std::size_t i = 0; i < searching; ++i) slow.push_back(begin_search());
    BOOST_CHECK(eventually([&] { return places.running() == searching; }));
    for (std::size_t i = 0; i < waiting; ++i) slow.push_back(begin_search());
    BOOST_CHECK(eventually([&] { return places.queued() == waiting; }));

    BOOST_TEST(get("/products/{id}", "3").status == 200);
    BOOST_TEST(get_some(R"({"ids":[3,4]})").status == 200);
    BOOST_TEST(list("limit=2").status == 200);
    BOOST_TEST(list("sort=price&maxPrice=1").status == 200);
    BOOST_TEST(get("/categories", "").status == 200);
    BOOST_TEST(await([&] { return client.call("VIEW_PRODUCT", "3", soon()); }).status == 200);
    BOOST_TEST(await([&] { return goods.adjust_stock(3, {1, "counted"}, soon()); }).on_hand == 4);

    BOOST_CHECK_EXCEPTION(list("q=product"), error, says_not_now);
    BOOST_CHECK_EXCEPTION(list("maxPrice=1"), error, says_not_now);
    BOOST_TEST(refused() == 2);
    s.execute("UNLOCK TABLES");
  });
  for (auto& each : slow) BOOST_TEST(each.get() == 200);
  BOOST_TEST(list("q=product").status == 200);
}
