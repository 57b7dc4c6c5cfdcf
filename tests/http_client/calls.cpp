// What goes out, what comes back, and on which connection.
#include "tests/http_client/calling.hpp"

#include <algorithm>

using namespace mercat;
using namespace mercat::test;

namespace {

auto always(int status, std::string body) {
  return
      [status, body = std::move(body)](const seen_request& asked) { return answer_to(asked, status, body); };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(calls)

BOOST_AUTO_TEST_CASE(an_answer_comes_back_whole) {
  scripted_server server{[](const seen_request& asked) {
    return answer_to(asked, 404, R"({"title":"Not Found"})", "Retry-After: 7\r\nX-Empty:\r\n",
                     "application/problem+json");
  }};
  calling shop{server};
  const auto answer = shop.get("/products/9?x=%20y");
  BOOST_TEST(answer.status == 404);
  BOOST_TEST(answer.body == R"({"title":"Not Found"})");
  BOOST_TEST(answer.headers.get("retry-after") == "7");
  BOOST_TEST(answer.headers.get("Content-Type") == "application/problem+json");
  BOOST_TEST(answer.headers.has("X-Empty"));
  BOOST_TEST(server.seen().at(0).target == "/products/9?x=%20y");
}

BOOST_AUTO_TEST_CASE(a_call_carries_ids_and_the_remaining_time_and_nothing_curl_would_add) {
  scripted_server server{always(200, "{}")};
  calling shop{server};
  shop.send({.target = "/cart", .headers = {{"Authorization", "Bearer x"}}, .request_id = "r-1"}, 1500ms);
  shop.send(a_post("/cart"));
  const auto seen = server.seen();
  const auto& get = seen.at(0).headers;
  BOOST_TEST(get.get("X-Request-Id") == "r-1");
  BOOST_TEST(get.get("Authorization") == "Bearer x");
  BOOST_TEST(get.get("Connection") == "keep-alive");
  const auto remaining = std::stol(std::string{get.get("X-Deadline-Ms")});
  BOOST_TEST(remaining <= 1500);
  BOOST_TEST(remaining > 500);
  for (const auto* unwanted : {"Expect", "Accept", "User-Agent", "Transfer-Encoding", "Content-Length"})
    BOOST_TEST(!get.has(unwanted), unwanted);
  const auto& post = seen.at(1);
  BOOST_TEST(post.method == "POST");
  BOOST_TEST(post.body == R"({"quantity":1})");
  BOOST_TEST(post.headers.get("Content-Type") == "application/json");
  BOOST_TEST(!post.headers.has("Expect"));
  BOOST_TEST(get.get("X-Hop-Id") != post.headers.get("X-Hop-Id"));
}

BOOST_AUTO_TEST_CASE(every_method_goes_out_as_itself_after_any_other) {
  scripted_server server{always(200, "body")};
  calling shop{server};
  using http::method;
  const std::vector<method> order{method::get, method::post, method::head,  method::del, method::get,
                                  method::put, method::head, method::patch, method::get, method::options};
  for (const auto each : order) {
    http::client_request what{.method = each, .target = "/x"};
    if (each == method::put || each == method::patch) what.body = "{}";
    const auto answer = shop.send(std::move(what));
    BOOST_TEST(answer.body == (each == method::head ? "" : "body"));
  }
  const auto seen = server.seen();
  for (std::size_t i = 0; i < order.size(); ++i) {
    BOOST_TEST(seen.at(i).method == http::name(order[i]));
    BOOST_TEST(seen.at(i).headers.has("Content-Length") ==
               (order[i] == method::post || order[i] == method::put || order[i] == method::patch));
  }
}

BOOST_AUTO_TEST_CASE(a_read_stays_a_read_whatever_body_it_came_with) {
  scripted_server server{always(200, "body")};
  calling shop{server};
  for (const auto each : {http::method::get, http::method::head, http::method::get}) {
    shop.send({.method = each, .target = "/cart", .body = R"({"productId":1,"quantity":5})"});
    const auto seen = server.seen().back();
    BOOST_TEST(seen.method == http::name(each));
    BOOST_TEST(seen.body.empty());
    BOOST_TEST(!seen.headers.has("Content-Length"));
  }
}

BOOST_AUTO_TEST_CASE(reads_share_a_kept_connection) {
  scripted_server server{always(200, "{}")};
  calling shop{server};
  for (int i = 0; i < 10; ++i) shop.get("/products");
  BOOST_TEST(server.connections() == 1);
}

BOOST_AUTO_TEST_CASE(every_write_starts_on_a_connection_of_its_own) {
  scripted_server server{always(200, "{}")};
  calling shop{server};
  shop.get("/products");
  for (int i = 0; i < 3; ++i) shop.send(a_post("/cart"));
  BOOST_TEST(server.connections() == 4);
}

BOOST_AUTO_TEST_CASE(many_calls_at_once_get_each_its_own_answer) {
  scripted_server server{[](const seen_request& asked) { return answer_to(asked, 200, asked.target); }};
  calling shop{server};
  for (int round = 0; round < 20; ++round) {
    std::vector<std::future<http::client_response>> answers;
    for (int i = 0; i < 50; ++i)
      answers.push_back(shop.start({.target = "/" + std::to_string(round * 50 + i)}));
    for (int i = 0; i < 50; ++i)
      BOOST_TEST(answers[static_cast<std::size_t>(i)].get().body == "/" + std::to_string(round * 50 + i));
  }
  BOOST_TEST(server.connections() <= 50);
}

BOOST_AUTO_TEST_CASE(the_caller_goes_on_where_it_was) {
  scripted_server server{always(200, "{}")};
  calling shop{server};
  const auto on_its_own_loop = [](calling& with) -> async::task<bool> {
    http::client_request what{.target = "/"};  // gcc 12 destroys a braced temporary in a co_await twice
    co_await with.client->send(std::move(what), async::deadline::in(3s));
    co_return with.caller_loop.is_current();
  };
  BOOST_TEST(async::wait_for(shop.caller_loop, [&] { return on_its_own_loop(shop); }));
}

BOOST_AUTO_TEST_CASE(what_would_break_the_head_is_refused) {
  scripted_server server{always(200, "{}")};
  calling shop{server};
  const std::vector<http::client_request> bad{
      {.target = "products"},
      {.target = "/a b"},
      {.target = "/a\r\nX-Role: admin"},
      {.target = "/", .headers = {{"Authorization", "x\r\nX-Role: admin"}}},
      {.target = "/", .headers = {{"Bad Name", "x"}}},
      {.target = "/", .request_id = "1\n2"},
  };
  for (const auto& each : bad) BOOST_CHECK(failure_of([&] { shop.send(each); }).kind() == fault::malformed);
  BOOST_TEST(server.seen().empty());
}

BOOST_AUTO_TEST_CASE(a_target_longer_than_nginx_takes_is_refused_before_it_is_sent) {
  scripted_server server{always(200, "{}")};
  calling shop{server};
  const std::string longest = "/" + std::string(http::max_target - 1, 'x');
  BOOST_TEST(shop.get(longest).status == 200);
  for (int i = 0; i < 20; ++i) {
    const auto failure = failure_of([&] { shop.get(longest + "x"); });
    BOOST_CHECK(failure.kind() == fault::uri_too_long);
    BOOST_TEST(failure.slug() == "uri-too-long");
  }
  BOOST_TEST(server.seen().size() == 1U);
  BOOST_TEST(shop.client->available());
}

BOOST_AUTO_TEST_SUITE_END()
