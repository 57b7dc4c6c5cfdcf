// What the inner nginx says itself: to which of our calls it belongs, and in the words of our services.
#include "common/http/problem.hpp"
#include "tests/http/private_nginx.hpp"
#include "tests/http/served.hpp"
#include "tests/support/closed_port.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <regex>

using namespace mercat;
using namespace mercat::tests;

namespace {

constexpr const char* hop = "0123456789abcdef-a-hop";
const std::string with_hop = std::string("X-Hop-Id: ") + hop + "\r\n";

}  // namespace

BOOST_AUTO_TEST_CASE(an_answer_carries_the_hop_id_once_whoever_made_it) {
  served test;
  const private_nginx between(test.port());
  const auto ask = [&](const std::string& request) { return raw_client(between.port()).ask(request); };
  const auto check = [](const raw_answer& answer, int status) {
    BOOST_TEST(answer.status == status);
    BOOST_TEST(answer.header("x-hop-id") == hop);
  };
  check(ask(get("/echo/a", with_hop)), 200);
  check(ask(get("/nothing", with_hop)), 404);                                           // the service's
  check(ask(get("/echo/a", with_hop + "X: " + std::string(9000, 'x') + "\r\n")), 431);  // nginx's
  check(ask("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000\r\n" + with_hop + "\r\n"), 413);
}

BOOST_AUTO_TEST_CASE(nginx_does_not_speak_for_a_service_that_is_away) {
  const mercat::test::closed_port nobody;
  const private_nginx between(nobody.number());
  const auto answer = raw_client(between.port()).ask(get("/echo/a", with_hop));
  BOOST_TEST(answer.status == 503);
  BOOST_TEST(answer.header("x-hop-id").empty());
  BOOST_TEST(answer.header("retry-after") == "1");
}

BOOST_AUTO_TEST_CASE(a_read_that_takes_too_long_is_answered_by_the_service_and_not_by_nginx) {
  served test;
  const private_nginx between(test.port());
  // nginx waits a little longer only: on a busy machine the service may be later than that, but not always.
  raw_answer answer;
  BOOST_TEST(served::becomes_true([&] {
    answer = raw_client(between.port()).ask(get("/never", with_hop));
    return answer.header("x-hop-id") == hop;
  }));
  BOOST_TEST(answer.status == 504);
  BOOST_TEST(answer.body.find("/too-slow\"") != std::string::npos);
  test.held.open();
  BOOST_TEST(served::becomes_true([&] { return test.server.in_flight() == 0; }));
}

BOOST_AUTO_TEST_CASE(a_write_is_waited_for_as_long_as_the_service_may_take) {
  served test;
  const private_nginx between(test.port());
  const auto answer = raw_client(between.port()).ask(post("/late", "{}", with_hop));
  BOOST_TEST(answer.status == 201);
  BOOST_TEST(answer.body == "written");
}

BOOST_AUTO_TEST_CASE(nginx_titles_its_problems_as_the_services_do) {
  const std::regex problem(R"re("title":"([^"]*)","status":(\d+))re");
  std::size_t seen = 0;
  for (const auto* name : {"problems.conf", "edge.conf.in"}) {
    std::ifstream file{nginx_templates() / name};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    for (std::sregex_iterator each{text.begin(), text.end(), problem}, end; each != end; ++each, ++seen)
      BOOST_TEST(each->str(1) == http::reason_of(std::stoi(each->str(2))), each->str());
  }
  BOOST_TEST(seen > 10U);
}
