#include "shops.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace mercat::test;

BOOST_AUTO_TEST_CASE(a_call_gets_the_handlers_answer_and_status) {
  const broker scratch;
  server products{scratch.options("products")};
  caller shopping{scratch.options("shopping")};
  BOOST_REQUIRE(shopping.answered());
  const auto reply = shopping.call("ECHO", R"({"product_id":"ü","n":[1,2.5,null]})");
  BOOST_TEST(reply.status == 200);
  BOOST_TEST(reply.body == R"({"product_id":"ü","n":[1,2.5,null]})");
  BOOST_TEST(shopping.call("NOTHING", "4711").status == 404);
  BOOST_TEST(shopping.call("NOTHING", "4711").body == "null");
}

BOOST_AUTO_TEST_CASE(handler_failures_become_error_replies_without_inside_words) {
  const broker scratch;
  server products{scratch.options("products")};
  caller shopping{scratch.options("shopping")};
  BOOST_REQUIRE(shopping.answered());
  BOOST_TEST(shopping.call("TOO_LATE", "1").status == 503);
  const auto refused = shopping.call("REFUSE", "1");
  BOOST_TEST(refused.status == 503);
  BOOST_TEST(refused.body == R"({"error":"database-busy","message":"Try \"later\"."})");
  const auto broken = shopping.call("BREAK", "1");
  BOOST_TEST(broken.status == 500);
  BOOST_TEST(broken.body.find("secret") == std::string::npos);
  BOOST_TEST(shopping.call("UNKNOWN", "1").status == 400);
  BOOST_TEST(shopping.call("ECHO", "1").status == 200);
}

BOOST_AUTO_TEST_CASE(garbage_gets_an_error_reply_and_the_server_lives) {
  const broker scratch;
  server products{scratch.options("products")};
  caller shopping{scratch.options("shopping")};
  BOOST_REQUIRE(shopping.answered());
  scratch.declare_queue("answers");
  const std::vector<std::string> garbage{"",
                                         "{",
                                         "[]",
                                         "null",
                                         R"({"type":1})",
                                         R"({"data":1})",
                                         "\x01\x02",
                                         R"({"type":"ECHO","type":"ECHO"})",
                                         R"({"type":"ECHO","data":1} x)"};
  for (const auto& body : garbage) {
    scratch.put(queue, body, R"({"reply_to":"answers","correlation_id":"c"})");
  }
  std::vector<std::string> answers;
  BOOST_TEST(eventually(5s, [&] {
    for (auto& each : scratch.take("answers")) answers.push_back(each);
    return answers.size() == garbage.size();
  }));
  for (const auto& each : answers) BOOST_TEST(each.starts_with(R"({"error":)"));
  BOOST_TEST(shopping.call("ECHO", "1").status == 200);
  BOOST_TEST(products.connection.up());
}

BOOST_AUTO_TEST_CASE(a_request_without_reply_to_is_dropped_and_counted) {
  const broker scratch;
  server products{scratch.options("products"), 1};
  caller shopping{scratch.options("shopping")};
  BOOST_REQUIRE(shopping.answered());
  for (int i = 0; i < 5; ++i) scratch.put(queue, R"({"type":"ECHO","data":1})");
  BOOST_TEST(shopping.call("ECHO", "1").status == 200);  // prefetch 1: they are acknowledged
  BOOST_TEST(eventually(2s, [&] {
    return counter(products.metrics, R"(mercat_rpc_server_dropped_total{queue="PRODUCT_RPC"})") == "5";
  }));
}

BOOST_AUTO_TEST_CASE(the_deadline_travels) {
  const broker scratch;
  server products{scratch.options("products")};
  caller shopping{scratch.options("shopping"), patient()};
  BOOST_REQUIRE(shopping.answered());
  const auto left = std::stoi(shopping.call("TIME_LEFT", "1", deadline::in(10s)).body);
  BOOST_TEST(left > 5000);
  BOOST_TEST(left <= 10'000);
  const auto most = std::stoi(shopping.call("TIME_LEFT", "1", deadline::in(60s)).body);
  BOOST_TEST(most > 10'000);
  BOOST_TEST(most <= 20'000);  // the client's own limit
}

BOOST_AUTO_TEST_CASE(a_late_reply_is_dropped_and_the_next_call_gets_its_own) {
  const broker scratch;
  server products{scratch.options("products")};
  caller shopping{scratch.options("shopping")};
  BOOST_REQUIRE(shopping.answered());
  auto gate = gate_before(scratch);
  caller far{through(gate, scratch, "far")};
  BOOST_REQUIRE(far.answered());
  gate.delay(200ms);
  BOOST_TEST(far.outcome("ECHO", "\"late\"", deadline::in(300ms)) == "rpc-timeout");
  gate.pass();
  BOOST_TEST(far.call("ECHO", "\"own\"").body == "\"own\"");
  BOOST_TEST(eventually(2s, [&] {
    return counter(far.metrics, R"(mercat_rpc_client_late_replies_total{queue="PRODUCT_RPC"})") == "1";
  }));
  BOOST_TEST(counter(far.metrics, R"(mercat_rpc_client_timeouts_total{type="ECHO"})") == "1");
}

BOOST_AUTO_TEST_CASE(a_call_ends_at_its_deadline) {
  const broker scratch;
  server products{scratch.options("products"), 64, 2s};
  caller shopping{scratch.options("shopping"), patient()};
  BOOST_REQUIRE(shopping.answered());
  const auto start = std::chrono::steady_clock::now();
  BOOST_TEST(shopping.outcome("SLOW", "1", deadline::in(100ms)) == "rpc-timeout");
  BOOST_TEST(since(start).count() < 1500);
  BOOST_TEST(shopping.outcome("SLOW", "1", deadline::in(0ms)) == "rpc-timeout");
  BOOST_TEST(shopping.outcome("SLOW", "1", deadline::in(20s)) == "200");
}

BOOST_AUTO_TEST_CASE(replies_racing_with_deadlines_end_every_call_once_and_right) {
  const broker scratch;
  server products{scratch.options("products")};
  caller shopping{scratch.options("shopping")};
  BOOST_REQUIRE(shopping.answered());
  int answered = 0, late = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto mine = std::to_string(i);
    try {
      const auto limit = deadline::in(std::chrono::microseconds{1000 + i % 40 * 50});
      BOOST_REQUIRE(shopping.call("ECHO", mine, limit).body == mine);
      ++answered;
    } catch (const error& failed) {
      BOOST_REQUIRE(failed.slug() == "rpc-timeout");
      ++late;
    }
  }
  BOOST_TEST_MESSAGE(answered << " answered, " << late << " late");
  // So short a time says nothing of the server's health: the circuit is still closed.
  BOOST_TEST(shopping.outcome("ECHO", "1") == "200");
}

BOOST_AUTO_TEST_CASE(every_reply_is_the_callers_own_at_64_in_flight) {
  const broker scratch;
  server products{scratch.options("products")};
  caller shopping{scratch.options("shopping")};
  BOOST_REQUIRE(shopping.answered());
  wrong_replies(shopping, 64, 10);
  constexpr int rounds = 300;
  const auto start = std::chrono::steady_clock::now();
  BOOST_TEST(wrong_replies(shopping, 64, rounds) == 0);
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  BOOST_TEST_MESSAGE(
      "RPC round trips per second at 64 in flight: " << static_cast<int>(64 * rounds / seconds));
}

BOOST_AUTO_TEST_CASE(an_expired_request_gets_no_reply) {
  const broker scratch;
  server products{scratch.options("products")};
  caller shopping{scratch.options("shopping")};
  BOOST_REQUIRE(shopping.answered());
  scratch.declare_queue("answers");
  scratch.put(queue, R"({"type":"SLOW","data":"expired"})", R"({"reply_to":"answers","expiration":"100"})");
  scratch.put(queue, R"({"type":"SLOW","data":"in time"})", R"({"reply_to":"answers","expiration":"2000"})");
  std::vector<std::string> answers;
  BOOST_TEST(eventually(3s, [&] {
    for (auto& each : scratch.take("answers")) answers.push_back(each);
    return !answers.empty();
  }));
  BOOST_TEST(answers == std::vector<std::string>{"\"in time\""});
  BOOST_TEST(counter(products.metrics, R"(mercat_rpc_server_dropped_total{queue="PRODUCT_RPC"})") == "1");
}
