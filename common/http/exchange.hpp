// exchange: one request on its way to its answer, from the complete head on. Owned by the connection until
// the handler starts, then by the handler's completion; it lives until the handler has ended, also when the
// client is long gone.
#pragma once

#include "common/http/router.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace mercat::http {

struct exchange {
  using clock = std::chrono::steady_clock;

  http::request request;
  std::string method_text;                   // as sent
  const http::resource* resource = nullptr;  // null: no such route
  const compiled_route* route = nullptr;     // null: answered without a handler
  std::string hop_id;                        // X-Hop-Id, empty when not sent
  bool known_method = true;
  bool head_only = false;
  bool keep_alive = true;
  bool expects_continue = false;
  bool body_refused = false;      // answer at once, never read the body
  std::size_t body_size = 0;      // announced
  std::optional<response> early;  // decided before any handler runs
  clock::time_point started{};

  // Where the answer goes: to this connection and none that later has the same descriptor.
  int descriptor = -1;
  std::uint64_t connection = 0;
};

}  // namespace mercat::http
