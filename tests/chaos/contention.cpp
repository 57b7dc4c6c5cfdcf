// Many at the same instant, with nothing broken: the last units, one key, one order to cancel.
#include "common/uuid.hpp"
#include "tests/chaos/customers.hpp"
#include "tests/chaos/gather.hpp"

#include <boost/test/unit_test.hpp>

#include <barrier>
#include <functional>
#include <set>

using namespace mercat::chaos;
namespace db = mercat::db;
namespace e2e = mercat::e2e;
using namespace std::chrono_literals;

namespace {

struct shopper {
  e2e::browser device{e2e::url()};
  e2e::account who;

  shopper() : who(e2e::sign_up(device)) { device.log_in_as(who.token); }
  explicit shopper(const e2e::account& known) : who(known) { device.log_in_as(who.token); }

  void fill_cart(std::int64_t product, int quantity) {
    const auto got = device.post("/api/cart", R"({"productId":)" + std::to_string(product) +
                                                  R"(,"quantity":)" + std::to_string(quantity) + "}");
    BOOST_REQUIRE_EQUAL(got.status, 200);
  }
  told order(const std::string& key) {
    device.header("Idempotency-Key", key);
    return read_answer(device.post("/api/orders", "{}"));
  }
  told cancel(const std::string& id) {
    return read_answer(device.post("/api/orders/" + id + "/cancel", "{}"));
  }
  std::string state(const std::string& id) { return read_answer(device.get("/api/orders/" + id)).state; }
};

// All begin at the same moment.
std::vector<told> at_once(std::vector<shopper>& all, const std::function<told(shopper&)>& act) {
  std::vector<told> answers(all.size());
  std::barrier start{std::ssize(all)};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < all.size(); ++i)
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      answers[i] = act(all[i]);
    });
  for (auto& each : threads) each.join();
  return answers;
}

std::vector<shopper> same_customer(const e2e::account& who, int times) {
  std::vector<shopper> all;
  for (int i = 0; i < times; ++i) all.emplace_back(who);
  return all;
}

std::int64_t on_hand(std::int64_t product) {
  std::int64_t found = -1;
  look_into_databases([&](db::session& s) {
    found =
        s.query("SELECT on_hand FROM mercat_products.stock WHERE product_id = ?", product).front().integer(0);
  });
  return found;
}

bool is_decided(shopper& who, const std::string& id) {
  return e2e::becomes_true([&] { return who.state(id) != "PENDING" && !who.state(id).empty(); }, 60s);
}

std::int64_t product_with(std::int64_t units) {
  auto admin = staff();
  const auto id = put_on_sale(admin, units);
  const auto in_replica = [&] {
    bool there = false;
    look_into_databases([&](db::session& s) {
      there =
          s.query_one(
               "SELECT 1 FROM mercat_shopping.product_replica WHERE product_id = ? AND stock_version > 0", id)
              .has_value();
    });
    return there;
  };
  BOOST_REQUIRE(e2e::becomes_true(in_replica, 30s));
  return id;
}

}  // namespace

BOOST_AUTO_TEST_CASE(fifty_customers_on_ten_units_make_ten_accepted_orders_and_no_5xx) {
  const auto product = product_with(10);
  std::vector<shopper> all(50);
  for (auto& each : all) each.fill_cart(product, 1);
  const auto answers = at_once(all, [](shopper& each) { return each.order(mercat::uuid_v7()); });
  int accepted = 0;
  int refused = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    BOOST_TEST((answers[i].status == 201 || answers[i].problem == "out-of-stock"),
               answers[i].status << " " << answers[i].problem);
    if (answers[i].status != 201) {
      ++refused;
      continue;
    }
    BOOST_TEST(is_decided(all[i], answers[i].order_id));
    const auto state = all[i].state(answers[i].order_id);
    BOOST_TEST((state == "ACCEPTED" || state == "REJECTED"), state);
    ++(state == "ACCEPTED" ? accepted : refused);
  }
  BOOST_TEST_MESSAGE(accepted << " accepted, " << refused << " refused");
  BOOST_TEST(accepted == 10);
  BOOST_TEST(refused == 40);
  BOOST_TEST(on_hand(product) == 0);
}

BOOST_AUTO_TEST_CASE(the_same_key_from_twenty_connections_makes_one_order) {
  const auto product = product_with(100);
  shopper one;
  one.fill_cart(product, 2);
  const auto key = mercat::uuid_v7();
  auto connections = same_customer(one.who, 20);
  const auto answers = at_once(connections, [&](shopper& each) { return each.order(key); });
  int created = 0;
  std::set<std::string> ids;
  for (const auto& each : answers) {
    created += each.status == 201 ? 1 : 0;
    BOOST_TEST(
        (each.status == 201 || each.status == 200 || (each.status == 409 && each.problem == "in-progress")),
        each.status << " " << each.problem);
    if (!each.order_id.empty()) ids.insert(each.order_id);
  }
  BOOST_TEST(created == 1);
  BOOST_TEST(ids.size() == 1U);
  look_into_databases([&](db::session& s) {
    BOOST_TEST(
        s.query("SELECT COUNT(*) FROM mercat_shopping.customer_order WHERE customer_id = ?", one.who.id)
            .front()
            .integer(0) == 1);
  });
  BOOST_REQUIRE_EQUAL(ids.size(), 1U);
  BOOST_TEST(is_decided(one, *ids.begin()));
  BOOST_TEST(on_hand(product) == 98);
}

BOOST_AUTO_TEST_CASE(ten_cancels_at_once_give_the_stock_back_once) {
  const auto product = product_with(20);
  shopper one;
  one.fill_cart(product, 5);
  const auto bought = one.order(mercat::uuid_v7());
  BOOST_REQUIRE_EQUAL(bought.status, 201);
  BOOST_REQUIRE(is_decided(one, bought.order_id));
  BOOST_REQUIRE_EQUAL(on_hand(product), 15);
  auto connections = same_customer(one.who, 10);
  int cancelled = 0;
  for (const auto& each : at_once(connections, [&](shopper& who) { return who.cancel(bought.order_id); })) {
    cancelled += each.status == 200 ? 1 : 0;
    BOOST_TEST((each.status == 200 || (each.status == 409 && each.problem == "order-final")),
               each.status << " " << each.problem);
  }
  BOOST_TEST(cancelled >= 1);
  BOOST_TEST(one.state(bought.order_id) == "CANCELLED");
  BOOST_TEST(e2e::becomes_true([&] { return on_hand(product) == 20; }, 30s));
  look_into_databases([&](db::session& s) {
    BOOST_TEST(
        s.query("SELECT COUNT(*) FROM mercat_products.stock_movement WHERE product_id = ? AND cause LIKE "
                "'order-returned:%'",
                product)
            .front()
            .integer(0) == 1);
  });
}

BOOST_AUTO_TEST_CASE(the_order_of_another_customer_is_404_to_read_and_to_cancel) {
  const auto product = product_with(5);
  shopper owner;
  owner.fill_cart(product, 1);
  const auto bought = owner.order(mercat::uuid_v7());
  BOOST_REQUIRE_EQUAL(bought.status, 201);
  shopper other;
  BOOST_TEST(other.device.get("/api/orders/" + bought.order_id).status == 404);
  BOOST_TEST(other.cancel(bought.order_id).status == 404);
  BOOST_TEST(is_decided(owner, bought.order_id));
  BOOST_TEST(owner.state(bought.order_id) == "ACCEPTED");
}
