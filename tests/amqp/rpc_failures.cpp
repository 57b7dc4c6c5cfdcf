#include "shops.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace mercat::test;

BOOST_AUTO_TEST_CASE(a_call_without_consumer_is_unavailable_at_once) {
  const broker scratch;
  caller shopping{scratch.options("shopping")};
  BOOST_REQUIRE(shopping.comes_up());
  const auto start = std::chrono::steady_clock::now();
  BOOST_TEST(shopping.outcome("ECHO", "1") == "rpc-unavailable");
  BOOST_TEST(since(start).count() < 1500);
  BOOST_TEST(counter(shopping.metrics, R"(mercat_rpc_client_returned_total{type="ECHO"})") == "1");
}

BOOST_AUTO_TEST_CASE(a_call_is_unavailable_at_once_when_the_last_server_has_gone) {
  const broker scratch;
  server products{scratch.options("products")};
  caller shopping{scratch.options("shopping")};
  BOOST_REQUIRE(shopping.answered());
  products.rpc.reset();  // a queue that outlived its consumer would swallow the request
  BOOST_REQUIRE(eventually(5s, [&] { return !scratch.has_queue(queue); }));
  const auto start = std::chrono::steady_clock::now();
  BOOST_TEST(shopping.outcome("ECHO", "1") == "rpc-unavailable");
  BOOST_TEST(since(start).count() < 1500);
}

BOOST_AUTO_TEST_CASE(a_call_without_connection_is_unavailable_at_once) {
  const broker scratch;
  auto gate = gate_before(scratch);
  gate.refuse();
  caller shopping{through(gate, scratch, "shopping")};
  const auto start = std::chrono::steady_clock::now();
  BOOST_TEST(shopping.outcome("ECHO", "1") == "rpc-unavailable");
  BOOST_TEST(since(start).count() < 1500);
}

BOOST_AUTO_TEST_CASE(calls_beyond_the_bound_are_refused_at_once) {
  const broker scratch;
  server products{scratch.options("products")};
  auto gate = gate_before(scratch);
  std::atomic<int> answered{0}, refused{0};
  caller shopping{through(gate, scratch, "shopping"), patient(8)};
  BOOST_REQUIRE(shopping.answered());
  gate.hold(tcp_gate::way::to_client);  // no call ends by being answered
  for (int i = 0; i < 20; ++i) {
    shopping.callers.post([&] {
      async::spawn(shopping.rpc->call("ECHO", "1", deadline::in(20s)),
                   [&](std::exception_ptr failure, const std::optional<rpc_reply>&) {
                     ++(failure ? refused : answered);
                   });
    });
  }
  BOOST_TEST(eventually(5s, [&] { return refused == 12; }));
  gate.pass();
  BOOST_TEST(eventually(10s, [&] { return answered + refused == 20; }));
  BOOST_TEST(answered == 8);
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
  auto gate = gate_before(scratch);
  caller shopping{through(gate, scratch, "shopping"), patient()};
  BOOST_REQUIRE(shopping.answered());
  gate.insert_to_clients(blocked_frame());
  BOOST_REQUIRE(eventually(10s, [&] { return shopping.connection.blocked(); }));
  const auto start = std::chrono::steady_clock::now();
  BOOST_TEST(shopping.outcome("ECHO", "1", deadline::in(20s)) == "rpc-unavailable");
  BOOST_TEST(since(start).count() < 5000);
  gate.insert_to_clients(unblocked_frame());
  BOOST_REQUIRE(eventually(10s, [&] { return !shopping.connection.blocked(); }));
  BOOST_TEST(shopping.outcome("ECHO", "1") == "200");
}

BOOST_AUTO_TEST_CASE(a_broker_that_does_not_read_costs_a_call_its_deadline_not_more) {
  const broker scratch;
  server products{scratch.options("products")};
  auto gate = gate_before(scratch);
  caller shopping{through(gate, scratch, "shopping"), patient()};
  BOOST_REQUIRE(shopping.answered());
  gate.hold(tcp_gate::way::to_server);
  const auto start = std::chrono::steady_clock::now();
  BOOST_TEST(shopping.outcome("ECHO", "1", deadline::in(300ms)) == "rpc-timeout");
  BOOST_TEST(since(start).count() < 5000);
  gate.pass();
  BOOST_TEST(shopping.answered(5s));
}

BOOST_AUTO_TEST_CASE(pending_calls_fail_when_the_connection_goes_and_work_again_after_it) {
  const broker scratch;
  server products{scratch.options("products")};
  auto gate = gate_before(scratch);
  std::atomic<int> failed{0};
  caller shopping{through(gate, scratch, "shopping"), patient()};
  BOOST_REQUIRE(shopping.answered());
  gate.hold(tcp_gate::way::to_client);  // they stay pending
  for (int i = 0; i < 10; ++i) {
    shopping.callers.post([&] {
      async::spawn(
          shopping.rpc->call("ECHO", "1", deadline::in(20s)),
          [&](std::exception_ptr failure, const std::optional<rpc_reply>&) { failed += failure ? 1 : 0; });
    });
  }
  BOOST_REQUIRE(eventually(5s, [&] {
    return counter(shopping.metrics, R"(mercat_rpc_client_pending{queue="PRODUCT_RPC"})") == "10";
  }));
  gate.close();
  BOOST_TEST(eventually(5s, [&] { return failed == 10; }));
  gate.pass();
  BOOST_TEST(shopping.answered());
}

BOOST_AUTO_TEST_CASE(a_server_whose_connection_was_lost_answers_again) {
  const broker scratch;
  auto gate = gate_before(scratch);
  server products{through(gate, scratch, "products")};
  caller shopping{scratch.options("shopping")};
  BOOST_REQUIRE(shopping.answered());
  for (int i = 0; i < 3; ++i) {
    const auto before = gate.accepted();
    gate.close();  // the auto-delete queue goes with its only consumer
    BOOST_TEST(eventually(5s, [&] { return gate.accepted() > before; }));
    BOOST_TEST(shopping.answered(5s));
  }
}

BOOST_AUTO_TEST_CASE(a_stopped_server_ends_what_it_began_and_the_other_one_takes_over) {
  const broker scratch;
  server first{scratch.options("products-1")};
  std::atomic<int> answered{0}, failed{0};
  caller shopping{scratch.options("shopping"), patient()};
  BOOST_REQUIRE(shopping.answered());
  server second{scratch.options("products-2")};
  BOOST_REQUIRE(eventually(10s, [&] { return second.rpc->ready(); }));
  for (int i = 0; i < 40; ++i) {
    shopping.callers.post([&] {
      async::spawn(shopping.rpc->call("SLOW", "1", deadline::in(20s)),
                   [&](std::exception_ptr failure, const std::optional<rpc_reply>&) {
                     ++(failure ? failed : answered);
                   });
    });
  }
  first.rpc->stop();
  BOOST_TEST(eventually(10s, [&] { return first.rpc->idle(); }));
  BOOST_TEST(eventually(10s, [&] { return answered + failed == 40; }));
  BOOST_TEST(failed == 0);
  first.rpc.reset();
  BOOST_TEST(shopping.outcome("ECHO", "1") == "200");
}

BOOST_AUTO_TEST_CASE(calls_pending_at_the_clients_end_fail) {
  const broker scratch;
  server products{scratch.options("products"), 64, 3s};
  std::atomic<int> failed{0};
  caller shopping{scratch.options("shopping"), patient()};
  BOOST_REQUIRE(shopping.answered());
  shopping.callers.run_and_wait([&] {
    for (int i = 0; i < 10; ++i) {
      async::spawn(
          shopping.rpc->call("SLOW", "1", deadline::in(20s)),
          [&](std::exception_ptr failure, const std::optional<rpc_reply>&) { failed += failure ? 1 : 0; });
    }
  });
  BOOST_REQUIRE(eventually(5s, [&] { return products.asleep == 10; }));
  shopping.rpc.reset();
  BOOST_TEST(eventually(5s, [&] { return failed == 10; }));
}

BOOST_AUTO_TEST_CASE(a_server_may_end_while_it_answers) {
  const broker scratch;
  std::atomic<int> ended{0};
  caller shopping{scratch.options("shopping"), patient()};
  server products{scratch.options("products"), 64, 3s};
  BOOST_REQUIRE(shopping.answered());
  shopping.callers.run_and_wait([&] {
    for (int i = 0; i < 10; ++i) {
      async::spawn(shopping.rpc->call("SLOW", "1", deadline::in(6s)),
                   [&](std::exception_ptr, const std::optional<rpc_reply>&) { ++ended; });
    }
  });
  BOOST_REQUIRE(eventually(5s, [&] { return products.asleep == 10; }));
  products.rpc.reset();
  BOOST_TEST(products.asleep == 0);  // what handlers use may go now
  BOOST_TEST(eventually(10s, [&] { return ended == 10; }));
}
