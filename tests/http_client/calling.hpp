// A client in front of an upstream, and the loops both ends of a call need.
#pragma once

#include "common/async/wait_for.hpp"
#include "common/error.hpp"
#include "common/http/client.hpp"
#include "tests/http_client/scripted_server.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

namespace mercat::test {

using namespace std::chrono_literals;

struct calling {
  metrics::registry metrics;
  async::event_loop upstream_loop{"upstream"};
  async::event_loop caller_loop{"caller"};
  std::unique_ptr<http::client> client;

  explicit calling(http::client_options options) {
    options.name = "products";
    client = std::make_unique<http::client>(upstream_loop, std::move(options), metrics);
  }
  explicit calling(const scripted_server& server) : calling(http::client_options{.base_url = server.url()}) {}

  std::future<http::client_response> start(http::client_request what, std::chrono::milliseconds within = 3s) {
    return async::started_on(caller_loop, [this, what = std::move(what), within] {
      return client->send(what, async::deadline::in(within));
    });
  }
  http::client_response send(http::client_request what, std::chrono::milliseconds within = 3s) {
    return start(std::move(what), within).get();
  }
  http::client_response get(std::string target, std::chrono::milliseconds within = 3s) {
    return send({.target = std::move(target)}, within);
  }
};

inline http::client_request a_post(std::string target) {
  return {.method = http::method::post,
          .target = std::move(target),
          .headers = {{"Content-Type", "application/json"}},
          .body = R"({"quantity":1})"};
}

// What the call throws; a call that succeeds fails the test.
template <class Call>
error failure_of(Call call) {
  try {
    call();
  } catch (const error& failure) {
    return failure;
  }
  BOOST_FAIL("the call succeeded");
  throw std::logic_error("not reached");
}

}  // namespace mercat::test
