// What a broken or absent upstream does to a call.
#include "tests/http_client/calling.hpp"
#include "tests/support/closed_port.hpp"

#include <atomic>

using namespace mercat;
using namespace mercat::test;

namespace {

std::size_t count_of(const scripted_server& server, std::string_view method) {
  std::size_t count = 0;
  for (const auto& each : server.seen()) count += each.method == method ? 1U : 0U;
  return count;
}

void check_unavailable(const error& failure) {
  BOOST_CHECK(failure.kind() == fault::unavailable);
  BOOST_TEST(failure.slug() == "products-unavailable");
}

void check_too_slow(const error& failure) {
  BOOST_CHECK(failure.kind() == fault::too_slow);
  BOOST_TEST(failure.slug() == "products-timeout");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(faults)

BOOST_AUTO_TEST_CASE(a_write_whose_connection_breaks_is_never_repeated) {
  for (const auto method : {http::method::post, http::method::put, http::method::patch, http::method::del}) {
    scripted_server server{[](const seen_request& asked) {
      return asked.method == "GET" ? answer_to(asked, 200, "{}") : std::string{};
    }};
    calling shop{server};
    shop.get("/products");
    auto what = a_post("/cart");
    what.method = method;
    check_unavailable(failure_of([&] { shop.send(what); }));
    BOOST_TEST(count_of(server, http::name(method)) == 1U);
  }
}

BOOST_AUTO_TEST_CASE(a_read_on_a_connection_that_was_closing_is_repeated_on_another) {
  // The first connection dies on its second request: an upstream that closed just as we wrote.
  std::atomic<int> served{0};  // each connection is served by a thread of its own
  scripted_server server{[&served](const seen_request& asked) {
    return ++served == 2 ? std::string{} : answer_to(asked, 200, "{}");
  }};
  calling shop{server};
  shop.get("/products");
  BOOST_TEST(shop.get("/products").status == 200);
  BOOST_TEST(server.connections() == 2);
}

BOOST_AUTO_TEST_CASE(an_answer_to_another_hop_is_dropped) {
  scripted_server server{[](const seen_request& asked) {
    auto foreign = asked;
    foreign.headers = {};
    foreign.headers.add("X-Hop-Id", "0192d0a0-0000-7000-8000-000000000000");
    return answer_to(foreign, 200, R"({"email":"somebody@else"})");
  }};
  calling shop{server};
  check_unavailable(failure_of([&] { shop.get("/profile"); }));
}

BOOST_AUTO_TEST_CASE(an_answer_to_no_hop_is_dropped) {
  scripted_server server{
      [](const seen_request&) { return std::string{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"}; }};
  calling shop{server};
  check_unavailable(failure_of([&] { shop.get("/profile"); }));
}

BOOST_AUTO_TEST_CASE(what_the_balancer_says_itself_is_told_apart) {
  scripted_server server{[](const seen_request& asked) {
    return "HTTP/1.1 " + asked.target.substr(1) + " Of nginx\r\nContent-Length: 0\r\n\r\n";
  }};
  calling shop{server};
  check_too_slow(failure_of([&] { shop.get("/504"); }));
  check_unavailable(failure_of([&] { shop.get("/502"); }));
  check_unavailable(failure_of([&] { shop.get("/503"); }));
}

BOOST_AUTO_TEST_CASE(a_request_the_balancer_refuses_is_the_callers_and_not_the_upstreams_fault) {
  scripted_server server{[](const seen_request& asked) {
    return "HTTP/1.1 " + asked.target.substr(1) + " Of nginx\r\nContent-Length: 0\r\n\r\n";
  }};
  calling shop{server};
  const auto kind_of = [&](const std::string& target) {
    return failure_of([&] { shop.get(target); }).kind();
  };
  for (int i = 0; i < 20; ++i) {
    BOOST_CHECK(kind_of("/400") == fault::malformed);
    BOOST_CHECK(kind_of("/413") == fault::too_large);
    BOOST_CHECK(kind_of("/414") == fault::uri_too_long);
    BOOST_CHECK(kind_of("/431") == fault::header_too_large);
    BOOST_CHECK(kind_of("/408") == fault::unavailable);
  }
  BOOST_TEST(shop.client->available());
}

BOOST_AUTO_TEST_CASE(a_silent_upstream_is_too_slow_at_the_deadline) {
  scripted_server server{[](const seen_request&) { return std::nullopt; }};
  calling shop{server};
  const auto began = std::chrono::steady_clock::now();
  check_too_slow(failure_of([&] { shop.get("/products", 200ms); }));
  const auto took = std::chrono::steady_clock::now() - began;
  BOOST_CHECK(took >= 150ms);
  BOOST_CHECK(took < 1500ms);
}

BOOST_AUTO_TEST_CASE(an_answer_that_stops_half_way_is_too_slow_at_the_deadline) {
  scripted_server server{[](const seen_request& asked) {
    auto whole = answer_to(asked, 200, R"({"products":[]})");
    return whole.substr(0, whole.size() - 5);
  }};
  calling shop{server};
  check_too_slow(failure_of([&] { shop.get("/products", 200ms); }));
}

BOOST_AUTO_TEST_CASE(a_call_that_comes_too_late_is_not_sent) {
  scripted_server server{[](const seen_request& asked) { return answer_to(asked, 200, "{}"); }};
  calling shop{server};
  check_too_slow(failure_of([&] { shop.get("/products", 0ms); }));
  BOOST_TEST(server.connections() == 0);
}

BOOST_AUTO_TEST_CASE(an_upstream_that_is_away_is_unavailable_at_once) {
  const closed_port away;
  calling shop{http::client_options{.base_url = "http://" + away.address()}};
  const auto began = std::chrono::steady_clock::now();
  check_unavailable(failure_of([&] { shop.get("/products"); }));
  BOOST_CHECK(std::chrono::steady_clock::now() - began < 1s);
}

BOOST_AUTO_TEST_CASE(what_is_not_http_is_unavailable) {
  scripted_server server{[](const seen_request&) { return std::string{"220 mail.example ESMTP\r\n\r\n"}; }};
  calling shop{server};
  check_unavailable(failure_of([&] { shop.get("/products"); }));
}

BOOST_AUTO_TEST_CASE(what_is_under_way_when_the_client_goes_is_unavailable) {
  scripted_server server{[](const seen_request&) { return std::nullopt; }};
  calling shop{server};
  auto waiting = shop.start({.target = "/products"});
  while (server.seen().empty()) std::this_thread::yield();
  shop.client.reset();
  check_unavailable(failure_of([&] { waiting.get(); }));
}

BOOST_AUTO_TEST_SUITE_END()
