// client: HTTP/1.1 to our own services through nginx's inner listener: libcurl's multi interface on an
// event_loop. Connections are kept and reused for GET and HEAD; any other method starts on a fresh
// connection, because a kept one may be closing just now, and what is not idempotent must not be sent twice
// (curl would repeat it by itself). Thread-safe; send() is awaited on any executor. Bulkhead and circuit
// breaker per upstream.
#pragma once

#include "common/async/event_loop.hpp"
#include "common/async/task.hpp"
#include "common/http/message.hpp"
#include "common/metrics/registry.hpp"

#include <memory>
#include <string>

namespace mercat::http {

struct client_options {
  std::string name;                            // of the upstream: "products"; metric label and error text
  std::string base_url;                        // "http://127.0.0.1:18002", without a slash at the end
  std::size_t max_in_flight = 128;             // bulkhead
  std::chrono::milliseconds time_limit{3000};  // of one call, at most
  std::size_t max_answer = 1024 * 1024;        // bytes
};

struct client_request {
  http::method method = http::method::get;
  std::string target;  // path and query, encoded
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string request_id;
};

struct client_response {
  int status = 0;
  fields headers;
  std::string body;
};

class client {
 public:
  client(async::event_loop& loop, client_options options, metrics::registry& metrics);
  ~client();  // what is under way fails with fault::unavailable

  // Sends X-Request-Id and a fresh X-Hop-Id; an answer that does not echo the hop id is dropped and counts as
  // unavailable (it was somebody else's). Any status is a result; throws fault::unavailable
  // "<name>-unavailable" (not reachable, bulkhead full, circuit open) or fault::too_slow "<name>-timeout".
  // The remaining time travels as X-Deadline-Ms.
  [[nodiscard]] async::task<client_response> send(client_request what, async::deadline until);

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace mercat::http
