// The strict reader of a request's head: request line and header fields (RFC 9112). A pure function over
// bytes, so that it can be tested and fuzzed alone. It replaces Pistache's parser, whose leniency lets
// requests be smuggled. What two parsers could read differently is refused, not guessed.
#pragma once

#include "common/http/message.hpp"

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace mercat::http {

// All views point into the bytes that were read.
struct request_head {
  std::string_view method_text;
  std::optional<http::method> method;  // none: a token we have no name for
  std::string_view target;             // as sent, origin form
  std::string_view path;               // of the target, still encoded
  std::string_view query;              // behind '?', still encoded
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  bool keep_alive = true;  // as the client wishes, by version and Connection
  bool expects_continue = false;
  std::optional<std::size_t> content_length;
  std::size_t size = 0;  // bytes of the head, the empty line included

  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;  // the first; empty if absent
};

// Why a head is refused. After it nothing on the connection may be read as a request.
struct head_refusal {
  int status;
  std::string_view slug;
  std::string_view detail;
};

enum class head_state { incomplete, complete, refused };

struct head_reading {
  head_state state = head_state::incomplete;
  request_head head;     // when complete
  head_refusal refusal;  // when refused
};

// bytes: everything received since the end of the request before. Refuses as early as it can be sure, so that
// what is no HTTP at all does not wait for a time-out. limit: bytes of the whole head (431).
[[nodiscard]] head_reading read_head(std::string_view bytes, std::size_t limit);

}  // namespace mercat::http
