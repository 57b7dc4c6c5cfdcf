// Defects of Pistache 0.0.5 in how it treats connections: at least one test per defect that the transport
// guards against (README.md has the table). All over real sockets.
#include "tests/http/processor_time.hpp"
#include "tests/http/served.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace mercat;
using namespace mercat::tests;
using namespace std::chrono_literals;

namespace {

// Processor time that the other threads took while this one took as much as it could get: near 1 when one of
// them spins, also on a machine that is busy with something else.
double spinning_of_others(std::chrono::milliseconds time) {
  const auto mine = [] {
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
  };
  const auto own_before = mine();
  const auto all_before = cpu_seconds();
  const auto until = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < until) continue;
  const auto own = mine() - own_before;
  return (cpu_seconds() - all_before - own) / own;
}

// Asks a second client: the reactor is alive.
bool serves(const served& test) {
  return raw_client(test.port()).ask(get("/echo/alive")).body == "alive";
}

}  // namespace

BOOST_AUTO_TEST_CASE(p1_an_answer_for_a_client_that_left_reaches_nobody_else) {
  served test;
  raw_client gone(test.port());
  gone.send(get("/held"));
  BOOST_REQUIRE(served::becomes_true([&] { return test.held.entered == 1; }));
  gone.reset();
  BOOST_REQUIRE(served::becomes_true([&] { return test.server.connections() == 0; }));
  raw_client next(test.port());  // takes over the descriptor's number
  BOOST_REQUIRE(next.ask(get("/echo/mine")).body == "mine");
  test.held.open();
  BOOST_REQUIRE(served::becomes_true([&] { return test.server.in_flight() == 0; }));
  BOOST_TEST(next.silent(50ms));
  BOOST_TEST(next.ask(get("/echo/still-mine")).body == "still-mine");
  BOOST_TEST(test.metric("mercat_http_dropped_answers_total{reason=\"connection gone\"}") == 1);
}

BOOST_AUTO_TEST_CASE(p4_the_connection_is_kept_and_said_to_be_kept) {
  served test;
  raw_client client(test.port());
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.ask(get("/echo/a"));
    BOOST_TEST(answer.header("connection") == "keep-alive");
  }
  BOOST_TEST(client.ask("GET /echo/a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").header("connection") ==
             "keep-alive");
  BOOST_TEST(client.ask(get("/echo/a", "Connection: close\r\n")).header("connection") == "close");
  BOOST_TEST(client.ended());
  raw_client old(test.port());
  BOOST_TEST(old.ask("GET /echo/a HTTP/1.0\r\n\r\n").header("connection") == "close");
  BOOST_TEST(old.ended());
}

BOOST_AUTO_TEST_CASE(p5_a_slow_reader_of_a_large_answer_costs_neither_cpu_nor_its_neighbours) {
  served test;
  raw_client slow(test.port(), 4096);
  slow.send(get("/large") + get("/echo/after"));
  BOOST_REQUIRE(serves(test));
  const auto before = cpu_seconds();
  BOOST_TEST(raw_client(test.port()).silent(500ms));  // a pause that itself costs nothing
  BOOST_TEST(cpu_seconds() - before < 0.2);
  for (int i = 0; i < 200; ++i) BOOST_REQUIRE(serves(test));
  const auto answer = slow.read();
  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST(answer->body.size() == large_size);
  BOOST_TEST(slow.read()->body == "after");
  BOOST_TEST(spinning_of_others(500ms) < 0.3);
}

BOOST_AUTO_TEST_CASE(p6_a_waiting_handler_delays_nobody) {
  served test;
  raw_client waiting(test.port());
  waiting.send(get("/held"));
  BOOST_REQUIRE(served::becomes_true([&] { return test.held.entered == 1; }));
  for (int i = 0; i < 100; ++i) BOOST_REQUIRE(serves(test));
  BOOST_TEST(test.server.in_flight() == 1u);
  test.held.open();
  BOOST_TEST(waiting.read()->body == "held");
}

BOOST_AUTO_TEST_CASE(p8_draining_answers_what_is_in_flight_and_refuses_new_connections) {
  served test;
  raw_client waiting(test.port());
  raw_client idle(test.port());
  BOOST_REQUIRE(idle.ask(get("/echo/a")).status == 200);
  waiting.send(get("/held"));
  BOOST_REQUIRE(served::becomes_true([&] { return test.held.entered == 1; }));
  test.server.begin_drain();
  BOOST_TEST(served::becomes_true([&] { return connection_refused(test.port()); }));
  const auto last = idle.ask(get("/echo/b"));
  BOOST_TEST(last.status == 200);
  BOOST_TEST(last.header("connection") == "close");
  BOOST_TEST(idle.ended());
  test.held.open();
  const auto answer = waiting.read();
  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST(answer->body == "held");
  BOOST_TEST(answer->header("connection") == "close");
  BOOST_TEST(waiting.ended());
  BOOST_TEST(served::becomes_true([&] { return test.server.connections() == 0; }));
}

BOOST_AUTO_TEST_CASE(p8_no_connection_let_in_by_the_kernel_is_lost_when_draining_begins) {
  for (int round = 0; round < 20; ++round) {
    served test;
    std::atomic<bool> refused{false};
    std::atomic<int> lost{0};
    std::atomic<int> answered{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; ++i) {
      clients.emplace_back([&] {
        while (!refused) {
          try {
            raw_client client(test.port());
            client.send(get("/echo/a"));
            ++(client.read() ? answered : lost);
          } catch (const std::system_error&) {
            refused = true;
          }
        }
      });
    }
    BOOST_REQUIRE(served::becomes_true([&] { return answered > 20; }));
    test.server.begin_drain();
    for (auto& each : clients) each.join();
    BOOST_TEST(lost == 0);
  }
}

BOOST_AUTO_TEST_CASE(p8_a_client_that_comes_while_draining_begins_is_refused_at_once) {
  using clock = std::chrono::steady_clock;
  int slow_rounds = 0;
  for (int round = 0; round < 20; ++round) {
    served test;
    std::atomic<int> let_in{0};
    std::atomic<clock::rep> slowest{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; ++i) {
      clients.emplace_back([&] {
        for (bool refused = false; !refused;) {
          std::optional<raw_client> client;
          const auto asked = clock::now();
          try {
            client.emplace(test.port());
          } catch (const std::system_error&) {
            refused = true;
          }
          const auto taken = (clock::now() - asked).count();
          for (auto most = slowest.load(); most < taken && !slowest.compare_exchange_weak(most, taken);)
            continue;
          if (refused) break;
          if (++let_in % 200 != 0) continue;
          client->send(get("/echo/a"));
          (void)client->read();  // until the server has come so far: a full backlog drops SYNs, too
        }
      });
    }
    BOOST_REQUIRE(served::becomes_true([&] { return let_in > 20; }));
    test.server.begin_drain();
    for (auto& each : clients) each.join();
    if (clock::duration{slowest} > 800ms) ++slow_rounds;  // a dropped SYN is sent again after a second
  }
  // A SYN that the kernel looks at in that very moment is dropped: seen in one round of eighty, and in 16 to
  // 20 of 20 when the socket is merely closed.
  BOOST_TEST(slow_rounds <= 8);
}

BOOST_AUTO_TEST_CASE(p14_a_burst_of_connections_larger_than_pistaches_backlog_is_let_in) {
  served test;
  raw_client busy(test.port());
  busy.send(get("/blocks"));
  BOOST_REQUIRE(served::becomes_true([&] { return test.held.entered == 1; }));  // now nobody accepts
  std::vector<std::unique_ptr<raw_client>> clients;
  for (int i = 0; i < 500; ++i) clients.push_back(std::make_unique<raw_client>(test.port()));
  test.unblocked.release();
  for (const auto& each : clients) each->send(get("/echo/a"));
  for (const auto& each : clients) BOOST_REQUIRE(each->read().has_value());
}

BOOST_AUTO_TEST_CASE(p15_the_time_out_for_a_request_does_not_run_while_its_handler_works) {
  auto options = served::quiet();
  options.head_timeout = 200ms;
  served test(options);
  raw_client client(test.port());
  client.send(get("/held"));
  BOOST_REQUIRE(served::becomes_true([&] { return test.held.entered == 1; }));
  const auto ticks = test.server.ticks();
  BOOST_REQUIRE(served::becomes_true([&] { return test.server.ticks() >= ticks + 6; }));
  test.held.open();
  BOOST_TEST(client.read().value().body == "held");
}

BOOST_AUTO_TEST_CASE(p15_a_request_that_never_completes_is_ended_and_a_silent_connection_too) {
  auto options = served::quiet();
  options.head_timeout = 1s;
  options.idle_timeout = 1s;
  served test(options);
  raw_client half(test.port());
  half.send("GET /echo/a HTTP/1.1\r\nHo");
  const auto answer = half.read();
  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST(answer->status == 408);
  BOOST_TEST(half.ended());
  raw_client silent(test.port());
  BOOST_TEST(silent.ended());
  raw_client used(test.port());
  BOOST_TEST(used.ask(get("/echo/a")).status == 200);
  BOOST_TEST(used.ended());
}

BOOST_AUTO_TEST_CASE(p17_a_half_closed_client_gets_its_answer) {
  served test;
  for (const auto* target : {"/echo/a", "/hop/a"}) {
    raw_client client(test.port());
    client.send(get(target));
    client.half_close();
    const auto answer = client.read();
    BOOST_REQUIRE(answer.has_value());
    BOOST_TEST(answer->body == "a");
    BOOST_TEST(client.ended());
  }
  BOOST_TEST(served::becomes_true([&] { return test.server.connections() == 0; }));
}

BOOST_AUTO_TEST_CASE(p17_running_out_of_descriptors_neither_spins_nor_loses_the_listener) {
  served test;
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  raw_client waiting_room(test.port());
  BOOST_REQUIRE(waiting_room.ask(get("/echo/a")).status == 200);
  raw_client late(test.port());  // its descriptor here is open before the limit falls
  BOOST_REQUIRE(late.ask(get("/echo/a")).status == 200);
  const int highest = ::dup(0);
  ::close(highest);
  auto next = std::make_unique<raw_client>(test.port());
  BOOST_REQUIRE(next->ask(get("/echo/a")).status == 200);
  const int socket_of_probe = ::socket(AF_INET, SOCK_STREAM, 0);
  rlimit lowered{static_cast<rlim_t>(socket_of_probe) + 1, before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &lowered);
  ::close(socket_of_probe);
  raw_client starved(test.port());  // takes the last descriptor, so that accept has none
  starved.send(get("/echo/a"));
  BOOST_TEST(spinning_of_others(500ms) < 0.3);
  BOOST_TEST(starved.silent(10ms));
  ::setrlimit(RLIMIT_NOFILE, &before);
  BOOST_TEST(starved.read().value().body == "a");
}
