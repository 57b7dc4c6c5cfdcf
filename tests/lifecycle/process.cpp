#include "common/json/document.hpp"
#include "running_probe.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

mercat::json::document body_of(const std::string& answer) {
  return mercat::json::document::parse(answer.substr(answer.find("\r\n\r\n") + 4));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_ready_process_says_so_on_its_private_listener) {
  running_probe probe({"MERCAT_REPLICA=probe-7"});
  probe.wait_until_ready();
  connection client(probe.private_port);
  BOOST_TEST(contains(client.get("/status"), "\r\n\r\nOK"));
  const auto answer = client.get("/ready");
  BOOST_TEST(answer.starts_with("HTTP/1.1 200 "));
  const auto body = body_of(answer);
  const auto& root = body.root();
  namespace json = mercat::json;
  BOOST_TEST(json::text(root, "status").value() == "ready");
  BOOST_TEST(json::text(root, "replica").value() == "probe-7");
  BOOST_TEST(json::integer(root, "inFlight").value() == 0);
  BOOST_TEST(json::integer(root, "connections").value() == 0);
  BOOST_TEST(json::integer(root, "readyAfterMs").value() == probe.ready_after.count());
  BOOST_TEST(json::integer(root, "residentBytes").value() > 1'000'000);
  BOOST_TEST(json::text(*json::member(root, "dependencies"), "broker").value() == "up");
  BOOST_TEST_MESSAGE("ready after " << probe.ready_after.count() << " ms, resident "
                                    << json::integer(root, "residentBytes").value() / 1024 << " KiB");
  BOOST_TEST(contains(client.get("/slow"), " 404 "));
}

BOOST_AUTO_TEST_CASE(metrics_include_the_process_itself) {
  running_probe probe;
  probe.wait_until_ready();
  const auto text = connection(probe.private_port).get("/metrics");
  for (const auto* name : {"process_resident_memory_bytes ", "process_cpu_seconds_total ",
                           "process_open_fds ", "process_threads ", "process_start_time_seconds ",
                           "mercat_http_in_flight{", "mercat_log_lines_dropped_total "}) {
    BOOST_TEST(contains(text, std::string("\n") + name), name);
  }
}

BOOST_AUTO_TEST_CASE(a_dependency_that_is_away_degrades_and_does_not_un_ready) {
  running_probe probe({"MERCAT_BROKER_UP=false"});
  probe.wait_until_ready();
  const auto answer = connection(probe.private_port).get("/ready");
  BOOST_TEST(answer.starts_with("HTTP/1.1 200 "));
  BOOST_TEST(contains(answer, "\"status\":\"degraded\""));
  BOOST_TEST(contains(answer, "\"broker\":\"down\""));
}

BOOST_AUTO_TEST_CASE(an_idle_process_leaves_at_once) {
  for (const int number : {SIGTERM, SIGINT}) {
    running_probe probe;
    probe.wait_until_ready();
    const auto start = steady_clock::now();
    probe.signal(number);
    BOOST_TEST(probe.wait_for_end() == 0);
    BOOST_TEST((steady_clock::now() - start < seconds{4}));
    BOOST_TEST(probe.errors() == "");
  }
}

BOOST_AUTO_TEST_CASE(what_is_in_flight_is_answered_before_leaving) {
  running_probe probe;
  probe.wait_until_ready();
  connection client(probe.port);
  connection watcher(probe.private_port);
  BOOST_TEST(watcher.connected());
  client.send("/slow?ms=1500");
  while (!contains(watcher.get("/ready"), "\"inFlight\":1")) {
  }
  probe.signal(SIGTERM);
  probe.line_with("draining");
  const auto ready = watcher.get("/ready");
  BOOST_TEST(ready.starts_with("HTTP/1.1 503 "));
  BOOST_TEST(contains(ready, "\"status\":\"draining\""));
  const auto answer = client.receive();
  BOOST_TEST(answer.starts_with("HTTP/1.1 200 "));
  BOOST_TEST(contains(answer, "Connection: close"));
  BOOST_TEST(contains(answer, "{\"slow\":true}"));
  BOOST_TEST(probe.wait_for_end() == 0);
}

BOOST_AUTO_TEST_CASE(a_kept_connection_is_served_until_nginx_would_have_closed_it) {
  running_probe probe;
  probe.wait_until_ready();
  connection kept(probe.port);
  BOOST_TEST(contains(kept.get("/slow"), "200 OK"));
  const auto start = steady_clock::now();
  probe.signal(SIGTERM);
  probe.line_with("draining");
  const auto answer = kept.get("/slow?ms=1");
  BOOST_TEST(answer.starts_with("HTTP/1.1 200 "));
  BOOST_TEST(contains(answer, "Connection: close"));
  BOOST_TEST(probe.wait_for_end() == 0);
  BOOST_TEST((steady_clock::now() - start < seconds{5}));
}

BOOST_AUTO_TEST_CASE(an_unused_connection_holds_a_leaving_process_for_nginx_keep_alive_time) {
  running_probe probe;
  probe.wait_until_ready();
  connection kept(probe.port);
  BOOST_TEST(contains(kept.get("/slow"), "200 OK"));
  const auto start = steady_clock::now();
  probe.signal(SIGTERM);
  BOOST_TEST(probe.wait_for_end() == 0);
  BOOST_TEST((steady_clock::now() - start >= milliseconds{5500}));
}

BOOST_AUTO_TEST_CASE(busy_parts_are_waited_for) {
  running_probe probe({"MERCAT_PART_BUSY_MS=700"});
  probe.wait_until_ready();
  const auto start = steady_clock::now();
  probe.signal(SIGTERM);
  BOOST_TEST(probe.wait_for_end() == 0);
  BOOST_TEST((steady_clock::now() - start >= milliseconds{700}));
}

BOOST_AUTO_TEST_CASE(the_drain_limit_ends_the_waiting) {
  running_probe probe({"MERCAT_PART_BUSY_MS=60000", "MERCAT_DRAIN_MS=300"});
  probe.wait_until_ready();
  const auto start = steady_clock::now();
  probe.signal(SIGTERM);
  probe.line_with("drain limit passed");
  BOOST_TEST(probe.wait_for_end() == 0);
  BOOST_TEST((steady_clock::now() - start < seconds{5}));
}

BOOST_AUTO_TEST_CASE(a_request_that_never_ends_does_not_hold_the_process_beyond_the_limit) {
  // The dropped request's coroutine is lost on purpose: no leak check, should there be one.
  running_probe probe({"MERCAT_DRAIN_MS=300", "ASAN_OPTIONS=detect_leaks=0"});
  probe.wait_until_ready();
  connection client(probe.port);
  client.send("/slow?ms=50000");
  connection watcher(probe.private_port);
  while (!contains(watcher.get("/ready"), "\"inFlight\":1")) {
  }
  probe.signal(SIGTERM);
  BOOST_TEST(probe.wait_for_end() == 0);
}

BOOST_AUTO_TEST_CASE(a_second_signal_is_obeyed_at_once) {
  running_probe probe({"MERCAT_PART_BUSY_MS=60000"});
  probe.wait_until_ready();
  probe.signal(SIGTERM);
  probe.line_with("draining");
  probe.signal(SIGINT);
  BOOST_TEST(probe.wait_for_end() == 128 + SIGINT);
}

BOOST_AUTO_TEST_CASE(a_process_that_hangs_while_starting_obeys_a_signal) {
  running_probe probe({"MERCAT_START=hangs"});
  const auto line = mercat::json::document::parse(probe.line_with("\"message\":\"starting\""));
  connection watcher(static_cast<std::uint16_t>(mercat::json::integer(line.root(), "privatePort").value()));
  const auto ready = watcher.get("/ready");
  BOOST_TEST(ready.starts_with("HTTP/1.1 503 "));
  BOOST_TEST(contains(ready, "\"status\":\"starting\""));
  BOOST_TEST(contains(ready, "\"readyAfterMs\":null"));
  BOOST_TEST(contains(watcher.get("/status"), "\r\n\r\nOK"));
  probe.signal(SIGTERM);
  BOOST_TEST(probe.wait_for_end() == 128 + SIGTERM);
}

BOOST_AUTO_TEST_CASE(a_failed_start_is_one_line_on_standard_error) {
  running_probe probe({"MERCAT_START=throws"});
  BOOST_TEST(probe.wait_for_end() == 1);
  BOOST_TEST(probe.errors() == "cannot go on: the database is not there\n");
}

BOOST_AUTO_TEST_CASE(a_bad_configuration_is_one_line_on_standard_error) {
  running_probe probe({"MERCAT_PRIVATE_PRT=1", "MERCAT_DRAIN_MS=long"});
  BOOST_TEST(probe.wait_for_end() == 2);
  const auto said = probe.errors();
  BOOST_TEST(contains(said, "MERCAT_DRAIN_MS must be milliseconds"));
  BOOST_TEST(contains(said, "did you mean MERCAT_PRIVATE_PORT?"));
  BOOST_TEST(std::count(said.begin(), said.end(), '\n') == 1);
}

BOOST_AUTO_TEST_CASE(a_blocked_reactor_ends_the_process) {
  running_probe probe({"MERCAT_WATCHDOG_MS=1500"});
  probe.wait_until_ready();
  connection client(probe.port);
  client.send("/stuck");
  BOOST_TEST(contains(probe.line_with("no progress"), "\"watched\":\"http server\""));
  BOOST_TEST(probe.wait_for_end() == 1000 + SIGABRT);
}

BOOST_AUTO_TEST_CASE(a_paused_process_is_not_ended_when_it_wakes) {
  running_probe probe({"MERCAT_WATCHDOG_MS=1000"});
  probe.wait_until_ready();
  probe.signal(SIGSTOP);
  connection client(probe.port);  // the kernel accepts for it
  client.send("/slow?ms=1");
  BOOST_TEST(client.silent_for(seconds{3}));
  probe.signal(SIGCONT);
  BOOST_TEST(contains(client.receive(), "200 OK"));
  BOOST_TEST(contains(client.get("/slow?ms=1600"), "200 OK"));  // longer than the watchdog's limit
  probe.signal(SIGTERM);
  BOOST_TEST(contains(probe.line_with("draining"), "draining"));
}
