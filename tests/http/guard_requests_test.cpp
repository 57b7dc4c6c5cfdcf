// Defects of Pistache 0.0.5 in how it reads and answers requests: at least one test per defect that the
// transport guards against (README.md has the table). All over real sockets.
#include "tests/http/processor_time.hpp"
#include "tests/http/served.hpp"

#include <boost/test/unit_test.hpp>

#include <thread>

using namespace mercat;
using namespace mercat::tests;
using namespace std::chrono_literals;

namespace {

// Asks a second client: the reactor is alive.
bool serves(const served& test) {
  return raw_client(test.port()).ask(get("/echo/alive")).body == "alive";
}

}  // namespace

BOOST_AUTO_TEST_CASE(p2_a_chunked_body_is_refused_even_with_cr_and_lf_apart) {
  served test;
  raw_client client(test.port());
  client.send("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r");
  const auto answer = client.read();
  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST(answer->status == 411);
  BOOST_TEST(answer->header("connection") == "close");
  client.send("\nhello\r\n0\r\n\r\n");
  BOOST_TEST(client.ended());
  raw_client reader(test.port());
  BOOST_TEST(reader.ask(get("/echo/a", "Transfer-Encoding: chunked\r\n")).status == 411);
  const auto before = cpu_seconds();
  BOOST_TEST(serves(test));
  BOOST_TEST(cpu_seconds() - before < 0.5);
}

BOOST_AUTO_TEST_CASE(p3_nothing_after_a_refused_request_is_taken_for_a_request) {
  served test;
  const std::string inner = get("/held");
  const std::vector<std::string> attempts{
      "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: abc\r\n\r\n" + inner,
      "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nContent-Length: 50\r\n\r\n" + inner,
      "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" +
          inner,
      "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000\r\n\r\n" + inner,
      "POST /checked HTTP/1.1\r\nHost: h\r\n\r\n" + inner,
      "GET /echo/a HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n" + inner,
      "GET /echo/a HTTP/1.1\nHost: h\n\n" + inner};
  for (const auto& attempt : attempts) {
    raw_client client(test.port());
    client.send(attempt);
    const auto all = client.read_all();
    BOOST_TEST(all.starts_with("HTTP/1.1 4"), attempt);
    BOOST_TEST(all.find("HTTP/1.1", 1) == std::string::npos, attempt);
    BOOST_TEST(all.find("Connection: close\r\n") != std::string::npos, attempt);
    BOOST_TEST(client.ended(100ms), attempt);
  }
  BOOST_TEST(test.held.entered == 0);
}

BOOST_AUTO_TEST_CASE(p7_methods_without_a_route_are_answered_from_many_threads_at_once) {
  auto options = served::quiet();
  options.threads = 4;
  served test(options);
  std::vector<std::thread> clients;
  std::atomic<int> right{0};
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&test, &right, i] {
      raw_client client(test.port());
      const std::string method = i % 2 == 0 ? "PATCH" : "BREW";
      for (int k = 0; k < 50; ++k) {
        const auto answer = client.ask(method + " /echo/a HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
        if (answer.status == 405 && answer.header("allow") == "GET, HEAD, OPTIONS") ++right;
      }
    });
  }
  for (auto& each : clients) each.join();
  BOOST_TEST(right == 400);
}

BOOST_AUTO_TEST_CASE(p9_an_exception_becomes_an_answer_that_says_nothing_of_the_inside) {
  served test;
  raw_client client(test.port());
  for (const auto* target : {"/fails/std", "/fails/number", "/throws-at-once"}) {
    const auto answer = client.ask(get(target));
    BOOST_TEST(answer.status == 500);
    BOOST_TEST(answer.header("content-type") == "application/problem+json");
    BOOST_TEST(answer.body.find("SELECT") == std::string::npos);
    BOOST_TEST(answer.body.find("await") == std::string::npos);
  }
  const auto known = client.ask(get("/fails/known"));
  BOOST_TEST(known.status == 409);
  BOOST_TEST(known.body.find("/cart-empty\"") != std::string::npos);
  BOOST_TEST(test.server.in_flight() == 0u);
}

BOOST_AUTO_TEST_CASE(p10_odd_but_harmless_headers_do_not_fail_a_request) {
  served test;
  raw_client client(test.port());
  for (const auto* header : {"Cookie: novalue\r\n", "Date: yesterday\r\n", "Cache-Control: sometimes\r\n",
                             "Accept: pictures\r\n", "Accept: */*;q=x\r\n", "Authorization:\r\n"}) {
    const auto answer = client.ask(get("/echo/a", header));
    BOOST_TEST(answer.status == (std::string_view(header).starts_with("Auth") ? 401 : 200), header);
  }
  BOOST_TEST(client.ask("GET /echo/a HTTP/1.1\r\nHost: h:99999\r\n\r\n").status == 400);
}

BOOST_AUTO_TEST_CASE(p11_path_and_query_arrive_decoded) {
  served test;
  raw_client client(test.port());
  BOOST_TEST(client.ask(get("/echo/a%2Fb%20%C3%A9")).body == "a/b \xC3\xA9");
  BOOST_TEST(client.ask(get("/query?q=a+b%26c")).body == "a b&c");
  BOOST_TEST(client.ask(get("/named/x/and/%79")).body == "x,y");
  for (const auto* target : {"/echo/%00", "/echo/%zz", "/echo/%FF", "/query?q=%FF", "/query?q=1&q=2"}) {
    BOOST_TEST(client.ask(get(target)).status == 400, target);
  }
  BOOST_TEST(client.ask(get("/echo/../echo/a")).status == 404);
}

BOOST_AUTO_TEST_CASE(p12_head_options_expect_and_pipelining_follow_the_standard) {
  served test;
  raw_client client(test.port());
  const auto head = client.ask("HEAD /echo/abc HTTP/1.1\r\nHost: h\r\n\r\n", true);
  BOOST_TEST(head.status == 200);
  BOOST_TEST(head.header("content-length") == "3");
  BOOST_TEST(client.silent(20ms));
  const auto options = client.ask("OPTIONS /echo/abc HTTP/1.1\r\nHost: h\r\n\r\n");
  BOOST_TEST(options.status == 204);
  BOOST_TEST(options.header("allow") == "GET, HEAD, OPTIONS");
  BOOST_TEST(options.headers.count("content-length") == 0u);

  client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  BOOST_TEST(client.read()->status == 100);
  BOOST_TEST(client.ask("abc").body == "abc");
}

BOOST_AUTO_TEST_CASE(p12_pipelined_requests_are_answered_in_their_order) {
  served test;
  raw_client client(test.port());
  std::string all;
  for (int i = 0; i < 50; ++i) {
    const auto n = std::to_string(i);
    all += i % 3 == 0 ? get("/hop/" + n) : i % 3 == 1 ? get("/echo/" + n) : post("/echo", n);
  }
  for (std::size_t cut = 0; cut < all.size(); cut += 97) client.send(std::string_view(all).substr(cut, 97));
  for (int i = 0; i < 50; ++i) BOOST_REQUIRE_EQUAL(client.read().value().body, std::to_string(i));
}

BOOST_AUTO_TEST_CASE(p13_each_limit_has_its_own_answer_and_ends_the_connection) {
  served test;
  const auto status = [&](const std::string& bytes) {
    raw_client client(test.port());
    const auto answer = client.ask(bytes);
    BOOST_TEST(answer.header("connection") == "close");
    BOOST_TEST(client.ended());
    return answer.status;
  };
  BOOST_TEST(status(get("/echo/a", "X: " + std::string(17 * 1024, 'x') + "\r\n")) == 431);
  BOOST_TEST(status(get("/echo/" + std::string(17 * 1024, 'x'))) == 431);
  BOOST_TEST(status(post("/checked", std::string(1025, ' '))) == 413);
  BOOST_TEST(status("POST /checked HTTP/1.1\r\nHost: h\r\n\r\n") == 411);
  BOOST_TEST(status(post("/nowhere", std::string(100'000, ' '))) == 404);
  BOOST_TEST(raw_client(test.port()).ask(post("/echo", std::string(64 * 1024, 'x'))).body.size() ==
             64u * 1024);
}

BOOST_AUTO_TEST_CASE(where_no_body_is_expected_none_need_be_announced) {
  served test;
  raw_client client(test.port());
  client.send("POST /echo HTTP/1.1\r\nHost: h\r\n\r\n" + get("/held"));
  const auto empty = client.read();
  BOOST_REQUIRE(empty.has_value());
  BOOST_TEST(empty->status == 200);
  BOOST_TEST(empty->body.empty());
  BOOST_TEST(empty->header("connection") == "close");
  BOOST_TEST(client.ended());
  BOOST_TEST(test.held.entered == 0, "what follows may have been meant as the body");
}
