// An answer as bytes on the wire, in one piece: status line, headers, body.
#pragma once

#include "common/http/message.hpp"

#include <string>
#include <string_view>

namespace mercat::http {

struct answer_frame {
  bool keep_alive = true;  // always said explicitly: silence costs nginx its upstream connections
  bool head_only = false;  // HEAD: Content-Length of the body, but no body
  std::string_view request_id;
  std::string_view hop_id;  // X-Hop-Id, echoed when sent
};

// Appends to `out`. Headers of the response that frame the message (Content-Length, Connection, …) are ours
// alone and left out; so is one whose name or value could break out of its line.
void append_answer(std::string& out, const response& answer, const answer_frame& frame);

}  // namespace mercat::http
