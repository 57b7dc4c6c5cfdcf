// client: HTTP/1.1 to our own services through nginx's inner listener. Connections are kept and reused for
// GET and HEAD; any other method starts on a fresh connection, because a kept one may be closing just now,
// and what is not idempotent must not be sent twice (curl would repeat it by itself). A GET or HEAD whose
// connection broke is tried once more. Thread-safe; send() is awaited on any executor, and resumes there.
// Bulkhead and circuit breaker per upstream.
//
// What opens the circuit: no connection, a broken one, a time-out, an answer without our hop id (nginx's own
// 502, 503 and 504 are such answers). What does not: any answer of the service itself, its 503 included
// (it is alive and says so), a time-out of a caller that came with little time left, an answer too large, and
// a 4xx without hop id: that is nginx, or the service's reader of heads, saying what is wrong with our
// request.
#pragma once

#include "common/async/event_loop.hpp"
#include "common/async/task.hpp"
#include "common/http/message.hpp"
#include "common/metrics/registry.hpp"

#include <memory>
#include <string>

namespace mercat::http {

struct client_options {
  std::string name{};                          // of the upstream: "products"; metric label and error text
  std::string base_url{};                      // "http://127.0.0.1:18002", without a slash at the end
  std::size_t max_in_flight = 128;             // bulkhead
  std::size_t max_idle = 64;                   // connections kept open
  std::chrono::milliseconds time_limit{3000};  // of one call, at most
  std::size_t max_answer = 1024 * 1024;        // bytes
};

// Bytes of a target. nginx takes request lines of 8 KiB, the method and the version included.
inline constexpr std::size_t max_target = 7500;

struct client_request {
  http::method method = http::method::get;
  std::string target{};  // path and query, encoded; sent as it is
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  std::string request_id{};
};

struct client_response {
  int status = 0;
  fields headers;
  std::string body;
};

class client {
 public:
  // The loop must outlive the client, running.
  client(async::event_loop& loop, client_options options, metrics::registry& metrics);
  ~client();  // what is under way fails with fault::unavailable

  // Sends X-Request-Id and a fresh X-Hop-Id; an answer that does not echo the hop id is dropped (it was
  // somebody else's). Any status is a result; throws fault::unavailable "<name>-unavailable" (not reachable,
  // connection lost, bulkhead full, circuit open, answer too large) or fault::too_slow "<name>-timeout".
  // After either, a call that is not GET or HEAD may have been carried out all the same; it was sent at most
  // once. The remaining time travels as X-Deadline-Ms, its end as
  // X-Deadline-At. Throws fault::malformed when the target or a header
  // cannot go on the wire, fault::uri_too_long for a target beyond max_target, and what the status of a 4xx
  // without hop id says. Nobody has seen the request then.
  [[nodiscard]] async::task<client_response> send(client_request what, async::deadline until);

  // false: the circuit is open. For readiness.
  [[nodiscard]] bool available() const;
  [[nodiscard]] const std::string& name() const noexcept;

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace mercat::http
