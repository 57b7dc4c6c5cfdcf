// The order of checks, limits in flight, deadlines, ids, metrics, and what a watchdog sees.
#include "tests/http/served.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace mercat::tests;
using namespace std::chrono_literals;

namespace {

std::string bearer(const std::string& token) {
  return "Authorization: Bearer " + token + "\r\n";
}

constexpr const char* json_type = "Content-Type: application/json\r\n";

}  // namespace

BOOST_AUTO_TEST_CASE(the_route_is_checked_before_the_token_the_role_before_the_body) {
  served test;
  raw_client client(test.port());
  const auto user = bearer(test.token("user"));
  const auto admin = bearer(test.token("admin"));
  BOOST_TEST(client.ask(get("/nowhere", bearer("rubbish"))).status == 404);
  BOOST_TEST(client.ask(get("/admin", bearer("rubbish"))).status == 405);
  BOOST_TEST(client.ask(post("/admin", "not json")).status == 401);
  BOOST_TEST(client.ask(post("/admin", "not json", user)).status == 403);
  BOOST_TEST(client.ask(post("/admin", "not json", admin)).status == 415);
  BOOST_TEST(client.ask(post("/admin", "not json", admin + json_type)).status == 400);
  BOOST_TEST(client.ask(post("/admin", "{}", admin + json_type)).status == 400);
  BOOST_TEST(client.ask(post("/admin", R"({"name":"x"})", admin + json_type)).body == "done");
  BOOST_TEST(client.ask(get("/mine", user)).body == "7");
}

BOOST_AUTO_TEST_CASE(a_missing_token_and_a_bad_one_are_told_apart_by_the_challenge) {
  served test;
  raw_client client(test.port());
  const auto missing = client.ask(get("/mine"));
  BOOST_TEST(missing.status == 401);
  BOOST_TEST(missing.header("www-authenticate") == "Bearer realm=\"mercat\"");
  const auto bad = client.ask(get("/mine", bearer("rubbish")));
  BOOST_TEST(bad.status == 401);
  BOOST_TEST(bad.header("www-authenticate") == "Bearer realm=\"mercat\", error=\"invalid_token\"");
  BOOST_TEST(client.ask(get("/echo/public", bearer("rubbish"))).status == 401);
  const auto twice = bearer(test.token("user")) + bearer(test.token("user"));
  BOOST_TEST(client.ask(get("/mine", twice)).status == 401);
  const auto forbidden = client.ask(post("/admin", "{}", bearer(test.token("user"))));
  BOOST_TEST(forbidden.body.find("/role-required\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(only_json_in_utf_8_reaches_a_route_with_a_schema) {
  served test;
  raw_client client(test.port());
  const auto status = [&](const std::string& type) {
    return client.ask(post("/checked", R"({"name":"x"})", type)).status;
  };
  BOOST_TEST(status("Content-Type: application/json\r\n") == 200);
  BOOST_TEST(status("Content-Type: Application/JSON; charset=UTF-8\r\n") == 200);
  BOOST_TEST(status("Content-Type: application/json;charset=\"utf-8\"\r\n") == 200);
  BOOST_TEST(status("Content-Type: application/json; charset=latin1\r\n") == 415);
  BOOST_TEST(status("Content-Type: text/plain\r\n") == 415);
  BOOST_TEST(status("") == 415);
  const auto wrong = client.ask(post("/checked", R"({"name":1})", json_type));
  BOOST_TEST(wrong.status == 400);
  BOOST_TEST(wrong.body.find("\"errors\":[") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(beyond_the_bound_the_answer_is_503_at_once_and_normal_right_after) {
  auto options = served::quiet();
  options.max_in_flight = 2;
  served test(options);
  raw_client first(test.port());
  raw_client second(test.port());
  first.send(get("/held"));
  second.send(get("/held"));
  BOOST_REQUIRE(served::becomes_true([&] { return test.server.in_flight() == 2; }));
  raw_client third(test.port());
  const auto refused = third.ask(get("/echo/a"));
  BOOST_TEST(refused.status == 503);
  BOOST_TEST(refused.header("retry-after") == "1");
  BOOST_TEST(refused.header("connection") == "keep-alive");
  BOOST_TEST(refused.body.find("/overloaded\"") != std::string::npos);
  BOOST_TEST(third.ask(get("/nowhere")).status == 404);
  test.held.open();
  BOOST_TEST(first.read().value().body == "held");
  BOOST_REQUIRE(served::becomes_true([&] { return test.server.in_flight() < 2; }));
  BOOST_TEST(third.ask(get("/echo/a")).status == 200);
}

BOOST_AUTO_TEST_CASE(a_handler_beyond_its_deadline_gives_504_and_its_late_answer_is_dropped) {
  served test;
  raw_client client(test.port());
  const auto begin = std::chrono::steady_clock::now();
  const auto answer = client.ask(get("/slow"));
  const auto taken = std::chrono::steady_clock::now() - begin;
  BOOST_TEST(answer.status == 504);
  BOOST_TEST(answer.body.find("/too-slow\"") != std::string::npos);
  BOOST_TEST((taken >= 100ms && taken < 1500ms));
  BOOST_TEST(test.server.in_flight() == 1u);  // it still works, and still counts
  BOOST_TEST(client.ask(get("/echo/next")).body == "next");
  BOOST_REQUIRE(served::becomes_true([&] { return test.server.in_flight() == 0; }));
  BOOST_TEST(client.ask(get("/echo/after")).body == "after");
  BOOST_TEST(test.metric("mercat_http_dropped_answers_total{reason=\"too late\"}") == 1);
}

BOOST_AUTO_TEST_CASE(the_callers_deadline_shortens_the_routes_and_never_lengthens_it) {
  served test;
  raw_client client(test.port());
  BOOST_TEST(client.ask(get("/echo/a", "X-Deadline-Ms: 0\r\n")).status == 504);
  BOOST_TEST(client.ask(get("/echo/a", "X-Deadline-Ms: 1000\r\n")).status == 200);
  BOOST_TEST(client.ask(get("/echo/a", "X-Deadline-Ms: soon\r\n")).status == 200);
  BOOST_TEST(client.ask(get("/slow", "X-Deadline-Ms: 60000\r\n")).status == 504);
  const auto begin = std::chrono::steady_clock::now();
  BOOST_TEST(client.ask(get("/held", "X-Deadline-Ms: 50\r\n")).status == 504);
  BOOST_TEST((std::chrono::steady_clock::now() - begin < 4s));
  test.held.open();
  BOOST_TEST(served::becomes_true([&] { return test.server.in_flight() == 0; }));
}

BOOST_AUTO_TEST_CASE(a_request_that_was_too_long_on_its_way_is_not_begun) {
  served test;
  raw_client client(test.port());
  const auto at = [](std::chrono::milliseconds from_now) {
    const auto then = std::chrono::system_clock::now().time_since_epoch() + from_now;
    return "X-Deadline-At: " +
           std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(then).count()) + "\r\n";
  };
  BOOST_TEST(client.ask(get("/echo/a", at(2000ms))).status == 200);
  BOOST_TEST(client.ask(get("/echo/a", at(-200ms))).status == 200, "clocks differ a little");
  BOOST_TEST(client.ask(get("/echo/a", "X-Deadline-Ms: 1000\r\n" + at(-5000ms))).status == 504);
  for (const auto* odd : {"0", "-1", "soon", "9223372036854775807", "99999999999999999999"})
    BOOST_TEST(client.ask(get("/echo/a", "X-Deadline-At: " + std::string(odd) + "\r\n")).status == 200, odd);
}

BOOST_AUTO_TEST_CASE(every_answer_carries_a_request_id_and_echoes_the_hop_id) {
  served test;
  raw_client client(test.port());
  const std::string id = "0123456789abcdef-XYZ";
  const auto known = client.ask(get("/echo/a", "X-Request-Id: " + id + "\r\nX-Hop-Id: hop-" + id + "\r\n"));
  BOOST_TEST(known.header("x-request-id") == id);
  BOOST_TEST(known.header("x-hop-id") == "hop-" + id);
  for (const auto* bad : {"short", "0123456789abcdef<script>", ""}) {
    const auto answer = client.ask(get("/nowhere", "X-Request-Id: " + std::string(bad) + "\r\n"));
    BOOST_TEST(answer.header("x-request-id").size() == 36u);
    BOOST_TEST(answer.header("x-hop-id").empty());
    BOOST_TEST(answer.body.find(answer.header("x-request-id")) != std::string::npos);
  }
  BOOST_TEST(client.ask("rubbish\r\n").header("x-request-id").size() == 36u);
}

BOOST_AUTO_TEST_CASE(a_handlers_header_cannot_break_out_of_its_line_or_frame_the_message) {
  served test;
  raw_client client(test.port());
  const auto answer = client.ask(get("/broken-header"));
  BOOST_TEST(answer.header("x-good") == "1");
  BOOST_TEST(answer.headers.count("x-bad") == 0u);
  BOOST_TEST(answer.headers.count("x-smuggled") == 0u);
  BOOST_TEST(answer.header("content-length") == "1");
  BOOST_TEST(answer.header("date").ends_with(" GMT"));
}

BOOST_AUTO_TEST_CASE(garbage_is_answered_and_ended_and_harms_nobody) {
  served test;
  const std::vector<std::string> garbage{std::string("\x16\x03\x01\x02\0\x01\x01", 7), "\r\n\r\n",
                                         "hello world\r\n", std::string(100'000, 'A'), std::string(64, '\0')};
  for (const auto& bytes : garbage) {
    raw_client client(test.port());
    client.send(bytes);
    const auto answer = client.read();
    BOOST_REQUIRE(answer.has_value());
    BOOST_TEST((answer->status == 400 || answer->status == 431));
    BOOST_TEST(client.ended());
  }
  BOOST_TEST(raw_client(test.port()).ask(get("/echo/a")).status == 200);
}

BOOST_AUTO_TEST_CASE(a_request_byte_by_byte_is_a_request) {
  served test;
  raw_client client(test.port());
  for (const char byte : post("/echo", "slowly")) client.send({&byte, 1});
  BOOST_TEST(client.read().value().body == "slowly");
}

BOOST_AUTO_TEST_CASE(connections_beyond_the_bound_are_closed_and_counted) {
  auto options = served::quiet();
  options.max_connections = 2;
  served test(options);
  raw_client first(test.port());
  raw_client second(test.port());
  BOOST_TEST(first.ask(get("/echo/a")).status == 200);
  BOOST_TEST(second.ask(get("/echo/a")).status == 200);
  raw_client third(test.port());
  BOOST_TEST(third.ended());
  BOOST_TEST(test.metric("mercat_http_refused_connections_total") == 1);
  first.reset();
  BOOST_REQUIRE(served::becomes_true([&] { return test.server.connections() == 1; }));
  BOOST_TEST(raw_client(test.port()).ask(get("/echo/a")).status == 200);
}

BOOST_AUTO_TEST_CASE(requests_are_counted_by_route_template_and_unknown_paths_share_one) {
  served test;
  raw_client client(test.port());
  for (int i = 0; i < 3; ++i) static_cast<void>(client.ask(get("/echo/" + std::to_string(i))));
  static_cast<void>(client.ask(get("/a")));
  static_cast<void>(client.ask(get("/b")));
  const auto count = [&](const std::string& route, const std::string& status) {
    return test.metric("mercat_http_requests_total{method=\"GET\",route=\"" + route + "\",status=\"" +
                       status + "\"}");
  };
  BOOST_TEST(served::becomes_true([&] { return count("unmatched", "404") == 2; }));
  BOOST_TEST(count("/echo/{token}", "200") == 3);
}

// For ThreadSanitizer: the thread that finished the handler may still be inside post() of the reactor that
// ends.
BOOST_AUTO_TEST_CASE(a_server_may_end_as_soon_as_its_last_answer_is_out) {
  for (int round = 0; round < 30; ++round) {
    served test;
    raw_client client(test.port());
    BOOST_REQUIRE(client.ask(get("/hop/last")).body == "last");
    test.server.stop();
    BOOST_TEST(test.server.connections() == 0u);
  }
}

BOOST_AUTO_TEST_CASE(ticks_grow_while_the_reactor_makes_progress) {
  served test;
  const auto start = test.server.ticks();
  BOOST_TEST(served::becomes_true([&] { return test.server.ticks() >= start + 3; }));
}

BOOST_AUTO_TEST_CASE(a_route_that_demands_a_token_does_not_start_without_a_verifier) {
  log::logger logger("test", "test-1", log::level::error);
  metrics::registry metrics;
  http::route_table table{{http::method::get, "/x", http::access::user, nullptr}};
  BOOST_CHECK_THROW(http::server({}, std::move(table), nullptr, logger, metrics), std::logic_error);
}

BOOST_AUTO_TEST_CASE(a_port_in_use_is_said_with_the_remedy) {
  const served test;
  log::logger logger("test", "test-1", log::level::error);
  metrics::registry metrics;
  http::server_options options;
  options.port = test.port();
  http::server second(options, {}, nullptr, logger, metrics);
  BOOST_CHECK_EXCEPTION(second.start(), std::runtime_error, [](const std::runtime_error& failure) {
    return std::string(failure.what()).find("in use") != std::string::npos;
  });
}
