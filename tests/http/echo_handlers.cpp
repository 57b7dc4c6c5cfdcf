#include "tests/http/echo_handlers.hpp"

#include "common/async/completion.hpp"

#include <functional>

namespace mercat::tests {

namespace {

// A value made on another thread, as a database or an RPC client would.
async::task<std::string> made_elsewhere(async::event_loop& away, std::string value) {
  const async::completion<std::string> done;
  const auto pause = std::chrono::microseconds(std::hash<std::string>{}(value) % 8 * 250);
  away.call_at(async::deadline::clock::now() + pause, [done, value] { done.succeed(value); });
  co_return co_await done;
}

async::task<http::response> after_a_hop(async::event_loop& away, const http::request& request) {
  auto token = co_await made_elsewhere(away, request.parameter("token"));
  token = co_await made_elsewhere(away, std::move(token));
  co_return http::response{200, std::move(token), "text/plain", {}};
}

async::task<http::response> at_once(const http::request& request) {
  co_return http::response{200, request.parameter("token"), "text/plain", {}};
}

async::task<http::response> body_back(const http::request& request) {
  co_return http::response{200, request.body, "text/plain", {}};
}

}  // namespace

http::route_table echo_routes(async::event_loop& away) {
  using http::access;
  using http::method;
  return {{method::get, "/echo/{token}", access::anyone, at_once},
          {method::get, "/hop/{token}", access::anyone,
           [&away](const http::request& request) { return after_a_hop(away, request); }},
          {method::post, "/echo", access::anyone, body_back}};
}

}  // namespace mercat::tests
