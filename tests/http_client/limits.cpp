// Bounds: the size of an answer, calls under way, and the circuit.
#include "tests/http_client/calling.hpp"
#include "tests/support/eventually.hpp"

#include <atomic>

using namespace mercat;
using namespace mercat::test;

BOOST_AUTO_TEST_SUITE(limits)

BOOST_AUTO_TEST_CASE(an_answer_beyond_the_limit_is_given_up) {
  scripted_server server{[](const seen_request& asked) {
    const std::string much(64 * 1024, 'x');
    if (asked.target == "/body") return answer_to(asked, 200, much);
    if (asked.target == "/head") return answer_to(asked, 200, "", "X-Much: " + much + "\r\n");
    return answer_to(asked, 200, much.substr(0, 3000));
  }};
  calling shop{http::client_options{.base_url = server.url(), .max_answer = 4096}};
  BOOST_CHECK(failure_of([&] { shop.get("/body"); }).kind() == fault::unavailable);
  BOOST_CHECK(failure_of([&] { shop.get("/head"); }).kind() == fault::unavailable);
  BOOST_TEST(shop.get("/small").body.size() == 3000U);
  BOOST_TEST(shop.client->available());
}

BOOST_AUTO_TEST_CASE(a_hung_upstream_takes_no_more_than_its_places) {
  scripted_server server{[](const seen_request& asked) {
    return asked.target == "/hang" ? std::nullopt : std::optional{answer_to(asked, 200, "{}")};
  }};
  calling shop{http::client_options{.base_url = server.url(), .max_in_flight = 2}};
  auto first = shop.start({.target = "/hang"}, 2500ms);
  auto second = shop.start({.target = "/hang"}, 2500ms);
  BOOST_REQUIRE(eventually(5s, [&] { return server.seen().size() == 2; }));
  const auto began = std::chrono::steady_clock::now();
  const auto failure = failure_of([&] { shop.get("/products"); });
  BOOST_CHECK(std::chrono::steady_clock::now() - began < 2s);
  BOOST_CHECK(failure.kind() == fault::unavailable);
  BOOST_TEST(failure.slug() == "products-unavailable");
  BOOST_CHECK(failure_of([&] { first.get(); }).kind() == fault::too_slow);
  BOOST_CHECK(failure_of([&] { second.get(); }).kind() == fault::too_slow);
  BOOST_TEST(shop.get("/products").status == 200);
}

BOOST_AUTO_TEST_CASE(an_open_circuit_refuses_without_calling_and_closes_when_the_upstream_is_back) {
  std::atomic<bool> broken{true};
  scripted_server server{
      [&](const seen_request& asked) { return broken ? std::string{} : answer_to(asked, 200, "{}"); }};
  calling shop{server};
  for (int i = 0; i < 100 && shop.client->available(); ++i) BOOST_CHECK_THROW(shop.get("/products"), error);
  BOOST_TEST(!shop.client->available());
  const auto asked_so_far = server.seen().size();
  BOOST_CHECK(failure_of([&] { shop.get("/products"); }).kind() == fault::unavailable);
  BOOST_TEST(server.seen().size() == asked_so_far);

  broken = false;
  const auto until = std::chrono::steady_clock::now() + 5s;
  bool back = false;
  while (!back && std::chrono::steady_clock::now() < until) {
    try {
      back = shop.get("/products").status == 200;
    } catch (const error&) {
      std::this_thread::yield();
    }
  }
  BOOST_TEST(back);
  BOOST_TEST(shop.client->available());
}

BOOST_AUTO_TEST_CASE(a_service_that_says_503_itself_leaves_the_circuit_closed) {
  scripted_server server{[](const seen_request& asked) { return answer_to(asked, 503, "{}"); }};
  calling shop{server};
  for (int i = 0; i < 50; ++i) BOOST_TEST(shop.get("/products").status == 503);
  BOOST_TEST(shop.client->available());
}

BOOST_AUTO_TEST_CASE(callers_in_a_hurry_do_not_open_the_circuit) {
  scripted_server server{[](const seen_request&) { return std::nullopt; }};
  calling shop{server};
  std::vector<std::future<http::client_response>> hurried;
  for (int i = 0; i < 50; ++i) hurried.push_back(shop.start({.target = "/products"}, 100ms));
  for (auto& each : hurried) BOOST_CHECK(failure_of([&] { each.get(); }).kind() == fault::too_slow);
  BOOST_TEST(shop.client->available());
}

BOOST_AUTO_TEST_SUITE_END()
