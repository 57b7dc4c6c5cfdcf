// RPC over AMQP (design section 6): body {"type":T,"data":D}, reply_to, correlation_id, header `status` in
// the reply.
#pragma once

#include "common/amqp/connection.hpp"
#include "common/async/deadline.hpp"
#include "common/async/task.hpp"
#include "common/json/document.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace mercat::amqp {

struct rpc_reply {
  int status = 200;
  std::string body;  // JSON text
};

struct rpc_client_options {
  std::string queue;                           // "PRODUCT_RPC"
  std::size_t max_pending = 128;               // bulkhead: beyond it fault::unavailable at once
  std::chrono::milliseconds time_limit{2000};  // of one call, at most
};

// Replies come over direct reply-to. Thread-safe; call() is awaited on any executor.
class rpc_client {
 public:
  rpc_client(connection& broker, rpc_client_options options, metrics::registry& metrics);
  ~rpc_client();  // what is pending fails with fault::unavailable

  // data: JSON text. The deadline travels as message expiration. Throws fault::unavailable "rpc-unavailable"
  // (no connection, blocked, no consumer, circuit open), fault::too_slow "rpc-timeout". A reply's status is
  // the caller's to judge. A late reply is dropped.
  [[nodiscard]] async::task<rpc_reply> call(std::string type, std::string data, async::deadline until);

 private:
  struct state;
  std::shared_ptr<state> state_;
};

// data: the request's "data" member. The deadline is the caller's (from the message's expiration; 2 s when
// absent). A thrown mercat::error becomes a reply {"error":slug,"message":detail} with its HTTP status, but
// for too_slow, which is 503 here.
using rpc_handler = std::function<async::task<rpc_reply>(const json::value& data, async::deadline until)>;

struct rpc_server_options {
  std::string queue;
  std::uint16_t prefetch = 64;  // requests being answered at once
};

// Handlers run on the connection's loop thread, interleaved. Unknown type, unreadable body: an error reply
// (400), the server lives on. Requests are acknowledged after the reply was published.
class rpc_server {
 public:
  rpc_server(connection& broker, rpc_server_options options, std::map<std::string, rpc_handler> handlers,
             log::logger& logger, metrics::registry& metrics);
  // Waits for the handlers under way, which get no reply through any more: at most 10 s, so each must end by
  // its deadline. Not on the loop's thread.
  ~rpc_server();

  // The broker gives it requests. Before stopping another replica, wait for this: the queue is gone with its
  // last consumer.
  [[nodiscard]] bool ready() const noexcept;
  void stop();  // takes no new request (another replica does); what is being answered ends first
  [[nodiscard]] bool idle() const noexcept;

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace mercat::amqp
