// Many at once: one winner, and no answer but those the contract knows.
#include "tests/e2e/databases.hpp"
#include "tests/e2e/world.hpp"
#include "tests/support/sanitized.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <barrier>
#include <thread>

using namespace mercat;
using namespace mercat::e2e;

namespace {

// Statuses of one request each, all sent together by as many devices.
std::map<int, int> together(int devices, const std::function<answer(browser&, int)>& request,
                            const std::string& token = {}) {
  std::vector<answer> answers(static_cast<std::size_t>(devices));
  std::barrier start(devices);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < devices; ++i)
      threads.emplace_back([&, i] {
        browser device(url(), i % 2 == 0 ? desktop : iphone);
        device.log_in_as(token);
        start.arrive_and_wait();
        answers[static_cast<std::size_t>(i)] = request(device, i);
      });
  }
  std::map<int, int> counted;
  for (const auto& each : answers) {
    ++counted[each.status];
    if (each.status == 0 || each.status >= 500) BOOST_TEST_MESSAGE(each.status << each.failure << each.body);
  }
  return counted;
}

}  // namespace

BOOST_AUTO_TEST_CASE(two_hundred_sign_ups_of_one_email_give_one_account) {
  constexpr int many = test::sanitized ? 60 : 200;
  databases all;
  int all_in_time = 0;
  for (int round = 0; round < 3; ++round) {
    auto email = fresh_email();
    auto answers = together(many, [&](browser& device, int i) {
      auto spelled = email;  // in all sorts of letters
      if (i % 3 == 1)
        std::ranges::transform(spelled, spelled.begin(), [](unsigned char c) { return std::toupper(c); });
      return device.post("/api/signup", R"({"email":")" + spelled + R"(","password":"12345678"})");
    });
    for (const auto& [status, count] : answers) BOOST_TEST_MESSAGE(status << ": " << count);
    BOOST_TEST(answers[201] == 1);
    // 504: the time of the last is over on a slow machine before their turn comes.
    BOOST_TEST(answers[422] + answers[504] == many - 1);
    BOOST_TEST(answers[422] >= many / 2);
    all_in_time += answers[422] == many - 1 ? 1 : 0;
    BOOST_TEST(
        all.number("SELECT COUNT(*) FROM mercat_customer.customer WHERE email_key = '" + email + "'") == 1);
  }
  if (!test::sanitized) BOOST_TEST(all_in_time > 0);
}

BOOST_AUTO_TEST_CASE(fifty_first_adds_make_one_cart_with_every_line) {
  auto admin = staff();
  std::vector<product> products;
  for (int i = 0; i < 50; ++i) products.push_back(create_product(admin.device));
  auto ann = new_customer();
  const auto answers = together(
      50,
      [&](browser& device, int i) {
        return device.post("/api/cart", R"({"productId":)" +
                                            std::to_string(products[static_cast<std::size_t>(i)].id) +
                                            R"(,"quantity":1})");
      },
      ann.who.token);
  BOOST_TEST((answers == std::map<int, int>{{200, 50}}));
  BOOST_TEST(ann.device.get("/api/cart").json().root()["items"].Size() == 50U);
}

BOOST_AUTO_TEST_CASE(fifty_first_adds_of_one_product_make_one_line) {
  auto admin = staff();
  const auto item = create_product(admin.device);
  auto ann = new_customer();
  const auto answers = together(
      50,
      [&](browser& device, int i) {
        return device.post("/api/cart", R"({"productId":)" + std::to_string(item.id) + R"(,"quantity":)" +
                                            std::to_string(i + 1) + "}");
      },
      ann.who.token);
  BOOST_TEST((answers == std::map<int, int>{{200, 50}}));
  const auto cart = ann.device.get("/api/cart").json();
  BOOST_REQUIRE_EQUAL(cart.root()["items"].Size(), 1U);
}

BOOST_AUTO_TEST_CASE(of_twenty_changes_to_one_version_one_wins) {
  auto admin = staff();
  const auto item = create_product(admin.device);
  const auto answers = together(
      20,
      [&](browser& device, int i) {
        return device.send("PUT", "/api/products/" + std::to_string(item.id),
                           R"({"sku":")" + item.sku + R"(","name":"Lamp )" + std::to_string(i) +
                               R"(","type":"Tests","price":1,"version":1})");
      },
      admin.who.token);
  BOOST_TEST((answers == std::map<int, int>{{200, 1}, {409, 19}}));
}

BOOST_AUTO_TEST_CASE(adjustments_at_once_add_up_and_never_go_below_zero) {
  auto admin = staff();
  const auto item = create_product(admin.device, R"(,"quantity":10)");
  const auto path = "/api/products/" + std::to_string(item.id);
  const auto answers = together(
      40,
      [&](browser& device, int) {
        return device.post(path + "/stock", R"({"delta":-1,"reason":"counted"})");
      },
      admin.who.token);
  BOOST_TEST((answers == std::map<int, int>{{200, 10}, {409, 30}}));
  BOOST_TEST(json::integer(admin.device.get(path).json().root(), "quantity").value() == 0);
}
