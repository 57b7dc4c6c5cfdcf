// The API's table, row by row: every success in the shape of each device, every listed error, and what holds
// for all rows (401, 403, 405, 413, 415, malformed bodies). Prints route and statuses as they were executed.
#include "tests/e2e/api_table.hpp"

#include <boost/test/unit_test.hpp>

#include <iostream>
#include <signal.h>

using namespace std::chrono_literals;

namespace mercat::e2e::api {

namespace {

void walk_pages(walk& w) {
  auto& ann = w.ann.device;
  w.ask(w.stranger, "GET", "/api/home", "200", {},
        {{"", "products categories nextCursor degraded"}, {"/products/0", w.in_list()}});
  w.ask(ann, "GET", "/api/home", "200", {},
        {{"", "products categories nextCursor profile cart wishlist degraded"},
         {"/profile", w.customer()},
         {"/cart", "items total currency"},
         {"/wishlist", "products"}});
  w.ask(w.stranger, "GET", "/api/whoami", "200", {}, {{"", "bff customer products shopping"}});
  w.ask(w.stranger, "GET", "/status", "200");
}

// While products is away or hangs: what needs it says so in time, and everything else works.
void walk_without_products(walk& w, const std::string& status) {
  auto& ann = w.ann.device;
  const std::string line = R"({"productId":1,"quantity":1})";
  w.ask(ann, "POST", "/api/cart", status, line);
  w.ask(ann, "POST", "/api/cart/merge", status, "{\"items\":[" + line + "]}");
  w.ask(ann, "POST", "/api/wishlist", status, R"({"productId":1})");
  w.ask(ann, "GET", "/api/wishlist", status);
  w.order(fresh_email(), status);  // of what walk_orders left in the cart
  w.ask(ann, "GET", "/api/orders", "200");
  w.ask(ann, "GET", "/api/cart", "200");
  w.ask(ann, "GET", "/api/profile", "200");
  const auto home = w.ask(ann, "GET", "/api/home", "200");
  BOOST_TEST(number_of(home, "/degraded") == R"(["products","wishlist"])");
  BOOST_TEST(home.json().root().HasMember("cart"));
}

// Paused for as long as it lives.
struct paused {
  std::vector<replica> all;
  explicit paused(const std::string& service) : all(replicas_of(service)) {
    for (const auto& each : all) BOOST_REQUIRE(kill(each.pid, SIGSTOP) == 0);
  }
  paused(const paused&) = delete;
  paused& operator=(const paused&) = delete;
  ~paused() {
    for (const auto& each : all) kill(each.pid, SIGCONT);
  }
};

std::string listed(const statuses& all) {
  std::string text;
  for (const auto& each : all) text += (text.empty() ? "" : ", ") + each;
  return text;
}

void print_table(walk& web, walk& mobile) {
  std::cout << "\nroute | web | mobile\n--- | --- | ---\n";
  std::size_t cells = 0;
  for (const auto& each : table()) {
    const auto& on_web = web.answered[each.route];
    const auto& on_mobile = mobile.answered[each.route];
    cells += on_web.size() + on_mobile.size();
    std::cout << each.route << " | " << listed(on_web) << " | "
              << (on_mobile == on_web ? "the same" : listed(on_mobile)) << "\n";
  }
  std::cout << table().size() << " routes, " << cells << " pairs of route and answer\n";
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_row_of_the_api_answers_as_listed_on_both_devices) {
  walk web(desktop);
  walk mobile(iphone);
  for (auto* each : {&web, &mobile}) {
    walk_accounts(*each);
    walk_catalogue(*each);
    walk_shopping(*each);
    walk_orders(*each);
    walk_pages(*each);
    walk_common_errors(*each);
  }
  const auto wished = create_product(web.admin.device);
  for (auto* each : {&web, &mobile})
    expect(200, each->ann.device.post("/api/wishlist", R"({"productId":)" + std::to_string(wished.id) + "}"));
  {
    const paused products("products");
    for (auto* each : {&web, &mobile}) walk_without_products(*each, "504");
  }
  BOOST_REQUIRE_EQUAL(command("stop products"), 0);
  for (auto* each : {&web, &mobile}) walk_without_products(*each, "503");
  BOOST_REQUIRE_EQUAL(command("start products"), 0);
  for (auto* each : {&web, &mobile}) {
    BOOST_TEST(becomes_true([&] { return each->ann.device.get("/api/wishlist").status == 200; }, 10s));
    walk_away(*each);
  }
  print_table(web, mobile);
  for (const auto& each : table())
    for (auto* device : {&web, &mobile})
      for (const auto& status : each.listed)
        BOOST_TEST(device->answered[each.route].contains(status),
                   device->name << " " << each.route << " " << status);
}

}  // namespace mercat::e2e::api
