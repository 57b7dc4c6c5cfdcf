// transfers: HTTP/1.1 exchanges with one server, by libcurl's multi interface on an event_loop. The mechanism
// under http::client, which decides what an outcome means. start() is thread-safe; everything of libcurl is
// touched on the loop's thread only.
#pragma once

#include "common/async/completion.hpp"
#include "common/async/deadline.hpp"
#include "common/async/event_loop.hpp"
#include "common/http/message.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mercat::http {

// One exchange: filled in by the caller, then by the loop's thread, then, after `done`, the caller's again.
struct transfer {
  enum class outcome {
    answered,     // a complete answer, whatever its status
    unreachable,  // no connection, or it broke before the whole answer was there
    timed_out,    // connected, but no complete answer before the deadline
    too_large,    // the answer went beyond max_answer
    abandoned,    // transfers was closed meanwhile
  };

  http::method method = http::method::get;
  std::string target;  // path and query, encoded; goes on the wire as it is
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool fresh = false;          // on a new connection; always so for what is not GET or HEAD
  std::size_t max_answer = 0;  // bytes of headers and body together
  async::deadline until{async::deadline::clock::time_point{}};

  int status = 0;
  fields answer_headers;
  std::string answer_body;
  async::completion<outcome> done;

  // A connection may break under a read (a reloading nginx closes idle ones): once more, on a new one.
  void start_again() {
    fresh = true;
    status = 0;
    answer_headers = {};
    answer_body.clear();
    done = {};
  }
};

class transfers {
 public:
  // base_url: scheme, host and port. max_idle: connections kept open between exchanges.
  transfers(async::event_loop& loop, std::string base_url, std::size_t max_idle);
  ~transfers();  // close()

  // What is under way ends as abandoned, and so does what is started later. Blocks until the loop, which must
  // still run, has let go of everything. Idempotent.
  void close();

  void start(std::shared_ptr<transfer> what);

 private:
  struct state;
  async::event_loop& loop_;
  bool closed_ = false;
  std::shared_ptr<state> state_;
};

}  // namespace mercat::http
