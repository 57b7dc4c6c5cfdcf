// The client and our own server: the two ends of every hop.
#include "common/http/server.hpp"
#include "tests/http_client/calling.hpp"

using namespace mercat;
using namespace mercat::test;

namespace {

async::task<http::response> echo(const http::request& asked) {
  auto answer = http::response::json(asked.body.empty() ? "\"" + asked.target + "\"" : asked.body);
  answer.headers.emplace_back("X-Seen-Id", asked.id);
  co_return answer;
}

async::task<http::response> large() {
  co_return http::response::json("\"" + std::string(200'000, 'x') + "\"");
}

async::task<http::response> slow(async::event_loop& loop) {
  co_await loop.sleep(500ms);
  co_return http::response::json("{}");
}

struct both_ends {
  async::event_loop timers{"timers"};
  log::logger logger{"products", "products-1", log::level::error};
  metrics::registry metrics;
  http::server server;
  calling caller;

  both_ends() : server({}, routes(), nullptr, logger, metrics), caller(started()) {}

  http::route_table routes() {
    static const json::schema anything{"{}"};
    return {
        {http::method::get, "/echo/{word}", http::access::anyone,
         [](const http::request& r) { return echo(r); }},
        {http::method::post, "/echo", http::access::anyone, [](const http::request& r) { return echo(r); },
         &anything},
        {http::method::get, "/large", http::access::anyone, [](const http::request&) { return large(); }},
        {http::method::get, "/slow", http::access::anyone,
         [this](const http::request&) { return slow(timers); }},
    };
  }
  http::client_options started() {
    server.start();
    return {.base_url = "http://127.0.0.1:" + std::to_string(server.port()), .max_answer = 100'000};
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(client_and_server)

BOOST_AUTO_TEST_CASE(understand_each_other) {
  both_ends ends;
  const auto answer = ends.caller.send({.target = "/echo/w?x=1", .request_id = "an-id-made-by-the-edge"});
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(answer.body == "\"/echo/w?x=1\"");
  BOOST_TEST(answer.headers.get("X-Seen-Id") == "an-id-made-by-the-edge");
  auto post = a_post("/echo");
  BOOST_TEST(ends.caller.send(post).body == post.body);
  post.body = std::string{"\""}.append(60'000, 'x') + '"';
  BOOST_TEST((ends.caller.send(post).body == post.body));
}

BOOST_AUTO_TEST_CASE(agree_on_errors_too) {
  both_ends ends;
  BOOST_TEST(ends.caller.get("/nothing").status == 404);
  BOOST_TEST(ends.caller.send(a_post("/echo/w")).status == 405);
  auto form = a_post("/echo");
  form.headers = {{"Content-Type", "text/plain"}};
  BOOST_TEST(ends.caller.send(form).status == 415);
}

BOOST_AUTO_TEST_CASE(keep_their_connection) {
  both_ends ends;
  for (int i = 0; i < 50; ++i) BOOST_TEST(ends.caller.get("/echo/w").status == 200);
  BOOST_TEST(ends.server.connections() == 1U);
}

BOOST_AUTO_TEST_CASE(part_when_time_or_size_runs_out_and_meet_again) {
  both_ends ends;
  BOOST_CHECK(failure_of([&] { ends.caller.get("/large"); }).kind() == fault::unavailable);
  const auto failure_or_status = [&] {
    try {
      return ends.caller.get("/slow", 150ms).status;
    } catch (const error& failure) {
      return failure.kind() == fault::too_slow ? 504 : 0;
    }
  };
  BOOST_TEST(failure_or_status() == 504);  // whichever of the two ends noticed first
  BOOST_TEST(ends.caller.get("/echo/w").status == 200);
  BOOST_TEST(ends.caller.get("/slow", 3s).status == 200);
}

BOOST_AUTO_TEST_CASE(carry_many_calls_at_once_without_mixing_them_up) {
  both_ends ends;
  for (int round = 0; round < 40; ++round) {
    std::vector<std::future<http::client_response>> answers;
    for (int i = 0; i < 100; ++i)
      answers.push_back(ends.caller.start({.target = "/echo/" + std::to_string(round * 100 + i)}));
    for (int i = 0; i < 100; ++i)
      BOOST_TEST(answers[static_cast<std::size_t>(i)].get().body ==
                 "\"/echo/" + std::to_string(round * 100 + i) + "\"");
  }
}

BOOST_AUTO_TEST_SUITE_END()
