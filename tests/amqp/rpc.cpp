#include "common/amqp/rpc.hpp"

#include "client.hpp"
#include "common/async/when_all.hpp"
#include "tests/support/tcp_gate.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace mercat;
using namespace mercat::test;
using amqp::rpc_client;
using amqp::rpc_reply;
using amqp::rpc_server;
using async::deadline;

namespace {

constexpr const char* queue = "PRODUCT_RPC";

std::string text_of(const json::value& data) {
  json::writer out;
  data.Accept(out);
  return out.take();
}

async::task<rpc_reply> echo(const json::value& data, deadline) {
  co_return rpc_reply{200, text_of(data)};
}
async::task<rpc_reply> nothing_there(const json::value&, deadline) {
  co_return rpc_reply{404, "null"};
}
async::task<rpc_reply> refuse(const json::value&, deadline) {
  throw error(fault::unavailable, "database-busy", "Try \"later\".");
  co_return rpc_reply{};
}
async::task<rpc_reply> break_down(const json::value&, deadline) {
  throw std::runtime_error("secret inside");
  co_return rpc_reply{};
}
async::task<rpc_reply> slow_answer(async::event_loop& loop, std::string body) {
  co_await loop.sleep(300ms);
  co_return rpc_reply{200, std::move(body)};
}

struct server : client {
  explicit server(amqp::connection_options options, std::uint16_t prefetch = 64)
      : client(std::move(options)) {
    std::map<std::string, amqp::rpc_handler> handlers{
        {"ECHO", echo}, {"NOTHING", nothing_there}, {"REFUSE", refuse}, {"BREAK", break_down}};
    handlers["SLOW"] = [this](const json::value& data, deadline) { return slow_answer(loop, text_of(data)); };
    handlers["TIME_LEFT"] = [](const json::value&, deadline until) { return time_left(until); };
    rpc.emplace(connection, amqp::rpc_server_options{queue, prefetch}, std::move(handlers), logger, metrics);
  }
  static async::task<rpc_reply> time_left(deadline until) {
    co_return rpc_reply{200, std::to_string(until.remaining().count())};
  }
  std::optional<rpc_server> rpc;
};

struct caller : client {
  explicit caller(amqp::connection_options options, amqp::rpc_client_options how = {queue, 128, 2000ms})
      : client(std::move(options)), rpc(std::in_place, connection, std::move(how), metrics) {}

  rpc_reply call(const std::string& type, const std::string& data, deadline until = deadline::in(2s)) {
    return run(callers, rpc->call(type, data, until));
  }
  // The slug of the error the call ends with, or its status.
  std::string outcome(const std::string& type, const std::string& data, deadline until = deadline::in(2s)) {
    try {
      return std::to_string(call(type, data, until).status);
    } catch (const error& failed) {
      return failed.slug();
    }
  }
  [[nodiscard]] bool answered(std::chrono::milliseconds limit = 10s) {
    return eventually(limit, [this] { return outcome("ECHO", "1") == "200"; });
  }
  std::optional<rpc_client> rpc;
};

std::chrono::milliseconds since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
}

amqp::connection_options behind(const tcp_gate& gate, const broker& scratch, const char* name) {
  auto options = scratch.options(name);
  options.host = "127.0.0.1";
  options.port = gate.port();
  return options;
}

std::string counter(const metrics::registry& from, const std::string& line) {
  const auto text = from.text();
  const auto at = text.find("\n" + line + " ");
  return at == std::string::npos
             ? "0"
             : text.substr(at + line.size() + 2, text.find('\n', at + 1) - at - line.size() - 2);
}

// One caller coroutine: `rounds` calls one after the other; counts the replies that are not its own.
async::task<int> own_replies(rpc_client& rpc, int who, int rounds) {
  int wrong = 0;
  for (int i = 0; i < rounds; ++i) {
    auto mine = std::to_string(who) + "000000" + std::to_string(i);
    const auto reply = co_await rpc.call("ECHO", mine, deadline::in(std::chrono::seconds{5}));
    if (reply.body != mine) ++wrong;
  }
  co_return wrong;
}

int wrong_replies(caller& one, int callers_at_once, int rounds) {
  std::vector<async::task<int>> all;
  for (int i = 0; i < callers_at_once; ++i) all.push_back(own_replies(*one.rpc, i + 1, rounds));
  int wrong = 0;
  for (const int each : run(one.callers, async::when_all(std::move(all)))) wrong += each;
  return wrong;
}

}  // namespace

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
  caller shopping{scratch.options("shopping")};
  BOOST_REQUIRE(shopping.answered());
  const auto left = std::stoi(shopping.call("TIME_LEFT", "1", deadline::in(700ms)).body);
  BOOST_TEST(left > 400);
  BOOST_TEST(left <= 700);
  const auto most = std::stoi(shopping.call("TIME_LEFT", "1", deadline::in(60s)).body);
  BOOST_TEST(most <= 2000);  // the client's own limit
}

BOOST_AUTO_TEST_CASE(a_call_without_consumer_is_unavailable_at_once) {
  const broker scratch;
  caller shopping{scratch.options("shopping")};
  BOOST_REQUIRE(shopping.comes_up());
  const auto start = std::chrono::steady_clock::now();
  BOOST_TEST(shopping.outcome("ECHO", "1") == "rpc-unavailable");
  BOOST_TEST(since(start).count() < 500);
  BOOST_TEST(counter(shopping.metrics, R"(mercat_rpc_client_returned_total{type="ECHO"})") == "1");
}

BOOST_AUTO_TEST_CASE(a_call_without_connection_is_unavailable_at_once) {
  const broker scratch;
  const auto target = scratch.options("");
  tcp_gate gate{target.host, target.port};
  gate.refuse();
  caller shopping{behind(gate, scratch, "shopping")};
  const auto start = std::chrono::steady_clock::now();
  BOOST_TEST(shopping.outcome("ECHO", "1") == "rpc-unavailable");
  BOOST_TEST(since(start).count() < 500);
}

BOOST_AUTO_TEST_CASE(a_late_reply_is_dropped_and_the_next_call_gets_its_own) {
  const broker scratch;
  server products{scratch.options("products")};
  caller shopping{scratch.options("shopping")};
  BOOST_REQUIRE(shopping.answered());
  const auto target = scratch.options("");
  tcp_gate gate{target.host, target.port};
  caller far{behind(gate, scratch, "far")};
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
  server products{scratch.options("products")};
  caller shopping{scratch.options("shopping")};
  BOOST_REQUIRE(shopping.answered());
  auto start = std::chrono::steady_clock::now();
  BOOST_TEST(shopping.outcome("SLOW", "1", deadline::in(100ms)) == "rpc-timeout");
  BOOST_TEST(since(start).count() < 250);
  BOOST_TEST(shopping.outcome("SLOW", "1", deadline::in(0ms)) == "rpc-timeout");
  BOOST_TEST(shopping.outcome("SLOW", "1", deadline::in(1s)) == "200");
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

BOOST_AUTO_TEST_CASE(calls_beyond_the_bound_are_refused_at_once) {
  const broker scratch;
  server products{scratch.options("products")};
  caller shopping{scratch.options("shopping"), {queue, 8, 2000ms}};
  BOOST_REQUIRE(shopping.answered());
  std::atomic<int> answered{0}, refused{0};
  for (int i = 0; i < 20; ++i) {
    shopping.callers.post([&] {
      async::spawn(shopping.rpc->call("SLOW", "1", deadline::in(2s)),
                   [&](std::exception_ptr failure, const std::optional<rpc_reply>&) {
                     ++(failure ? refused : answered);
                   });
    });
  }
  BOOST_TEST(eventually(5s, [&] { return answered + refused == 20; }));
  BOOST_TEST(answered == 8);
  BOOST_TEST(refused == 12);
}

BOOST_AUTO_TEST_CASE(the_circuit_opens_without_server_and_closes_soon_after_its_return) {
  const broker scratch;
  caller shopping{scratch.options("shopping")};
  BOOST_REQUIRE(shopping.comes_up());
  for (int i = 0; i < 50; ++i) BOOST_TEST(shopping.outcome("ECHO", "1") == "rpc-unavailable");
  // Behind an open circuit no call reaches the broker.
  BOOST_TEST(std::stoi(counter(shopping.metrics, R"(mercat_rpc_client_returned_total{type="ECHO"})")) < 30);
  server products{scratch.options("products")};
  BOOST_REQUIRE(products.comes_up());
  BOOST_TEST(shopping.answered(5s));
}

BOOST_AUTO_TEST_CASE(a_blocked_broker_fails_calls_at_once_and_they_work_again_afterwards) {
  const broker scratch;
  server products{scratch.options("products")};
  const auto target = scratch.options("");
  tcp_gate gate{target.host, target.port};
  caller shopping{behind(gate, scratch, "shopping")};
  BOOST_REQUIRE(shopping.answered());
  gate.insert_to_clients(blocked_frame());
  BOOST_REQUIRE(eventually(2s, [&] { return shopping.connection.blocked(); }));
  const auto start = std::chrono::steady_clock::now();
  BOOST_TEST(shopping.outcome("ECHO", "1") == "rpc-unavailable");
  BOOST_TEST(since(start).count() < 200);
  gate.insert_to_clients(unblocked_frame());
  BOOST_REQUIRE(eventually(2s, [&] { return !shopping.connection.blocked(); }));
  BOOST_TEST(shopping.outcome("ECHO", "1") == "200");
}

BOOST_AUTO_TEST_CASE(a_broker_that_does_not_read_costs_a_call_its_deadline_not_more) {
  const broker scratch;
  server products{scratch.options("products")};
  const auto target = scratch.options("");
  tcp_gate gate{target.host, target.port};
  caller shopping{behind(gate, scratch, "shopping")};
  BOOST_REQUIRE(shopping.answered());
  gate.hold(tcp_gate::way::to_server);
  const auto start = std::chrono::steady_clock::now();
  BOOST_TEST(shopping.outcome("ECHO", "1", deadline::in(300ms)) == "rpc-timeout");
  BOOST_TEST(since(start).count() < 600);
  gate.pass();
  BOOST_TEST(shopping.answered(5s));
}

BOOST_AUTO_TEST_CASE(pending_calls_fail_when_the_connection_goes_and_work_again_after_it) {
  const broker scratch;
  server products{scratch.options("products")};
  const auto target = scratch.options("");
  tcp_gate gate{target.host, target.port};
  caller shopping{behind(gate, scratch, "shopping")};
  BOOST_REQUIRE(shopping.answered());
  std::atomic<int> failed{0};
  for (int i = 0; i < 10; ++i) {
    shopping.callers.post([&] {
      async::spawn(
          shopping.rpc->call("SLOW", "1", deadline::in(2s)),
          [&](std::exception_ptr failure, const std::optional<rpc_reply>&) { failed += failure ? 1 : 0; });
    });
  }
  BOOST_REQUIRE(eventually(2s, [&] {
    return counter(shopping.metrics, R"(mercat_rpc_client_pending{queue="PRODUCT_RPC"})") == "10";
  }));
  gate.close();
  BOOST_TEST(eventually(250ms, [&] { return failed == 10; }));
  BOOST_TEST(shopping.answered(5s));
}

BOOST_AUTO_TEST_CASE(a_server_whose_connection_was_lost_answers_again) {
  const broker scratch;
  const auto target = scratch.options("");
  tcp_gate gate{target.host, target.port};
  server products{behind(gate, scratch, "products")};
  caller shopping{scratch.options("shopping")};
  BOOST_REQUIRE(shopping.answered());
  for (int i = 0; i < 3; ++i) {
    gate.close();  // the auto-delete queue goes with its only consumer
    BOOST_TEST(eventually(5s, [&] { return !products.connection.up(); }));
    BOOST_TEST(shopping.answered(5s));
  }
}

BOOST_AUTO_TEST_CASE(a_stopped_server_ends_what_it_began_and_the_other_one_takes_over) {
  const broker scratch;
  server first{scratch.options("products-1")};
  caller shopping{scratch.options("shopping")};
  BOOST_REQUIRE(shopping.answered());
  server second{scratch.options("products-2")};
  BOOST_REQUIRE(second.comes_up());
  BOOST_REQUIRE(eventually(10s, [&] { return !second.rpc->idle(); }));
  std::atomic<int> answered{0}, failed{0};
  for (int i = 0; i < 40; ++i) {
    shopping.callers.post([&] {
      async::spawn(shopping.rpc->call("SLOW", "1", deadline::in(2s)),
                   [&](std::exception_ptr failure, const std::optional<rpc_reply>&) {
                     ++(failure ? failed : answered);
                   });
    });
  }
  first.rpc->stop();
  BOOST_TEST(eventually(2s, [&] { return first.rpc->idle(); }));
  BOOST_TEST(eventually(3s, [&] { return answered + failed == 40; }));
  BOOST_TEST(failed == 0);
  first.rpc.reset();
  BOOST_TEST(shopping.outcome("ECHO", "1") == "200");
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

BOOST_AUTO_TEST_CASE(calls_pending_at_the_clients_end_fail) {
  const broker scratch;
  server products{scratch.options("products")};
  caller shopping{scratch.options("shopping")};
  BOOST_REQUIRE(shopping.answered());
  std::atomic<int> failed{0};
  shopping.callers.run_and_wait([&] {
    for (int i = 0; i < 10; ++i) {
      async::spawn(
          shopping.rpc->call("SLOW", "1", deadline::in(2s)),
          [&](std::exception_ptr failure, const std::optional<rpc_reply>&) { failed += failure ? 1 : 0; });
    }
  });
  shopping.rpc.reset();
  BOOST_TEST(eventually(1s, [&] { return failed == 10; }));
}

BOOST_AUTO_TEST_CASE(a_server_may_end_while_it_answers) {
  const broker scratch;
  caller shopping{scratch.options("shopping")};
  server products{scratch.options("products")};
  BOOST_REQUIRE(shopping.answered());
  std::atomic<int> ended{0};
  shopping.callers.run_and_wait([&] {
    for (int i = 0; i < 10; ++i) {
      async::spawn(shopping.rpc->call("SLOW", "1", deadline::in(700ms)),
                   [&](std::exception_ptr, const std::optional<rpc_reply>&) { ++ended; });
    }
  });
  BOOST_REQUIRE(eventually(2s, [&] {
    return counter(shopping.metrics, R"(mercat_rpc_client_pending{queue="PRODUCT_RPC"})") == "10";
  }));
  products.rpc.reset();
  BOOST_TEST(eventually(2s, [&] { return ended == 10; }));
}
