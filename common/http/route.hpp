// The route table: what a service answers, and to whom. It drives 404, 405 with Allow, HEAD, OPTIONS, the
// token and role check (denied unless the row allows), body limits, validation, deadlines and metric labels.
#pragma once

#include "common/async/task.hpp"
#include "common/http/message.hpp"
#include "common/json/schema.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace mercat::http {

// A coroutine. The request lives until the task has ended.
using handler = std::function<async::task<response>(const request&)>;

// Who may call: `anyone` (a token is optional, but must be valid when sent), a logged-in `user` (any role),
// `admin`.
enum class access { anyone, user, admin };

inline constexpr std::size_t default_body_limit = 64UL * 1024;  // bytes

struct route {
  http::method method;
  std::string path;  // "/products/{id}"; a literal segment wins over a {parameter}
  http::access access = access::admin;
  http::handler handler;
  const json::schema* body = nullptr;  // null: no body is expected, and one sent is ignored
  // 0: as the method says. What nginx tries twice (GET, HEAD) answers by itself, the latest 150 ms after this
  // limit, before nginx's first try ends at 1.2 s; anything else within nginx's 3.2 s.
  std::chrono::milliseconds time_limit{0};
  std::size_t body_limit = default_body_limit;
};

[[nodiscard]] constexpr std::chrono::milliseconds default_time_limit(http::method of) noexcept {
  return std::chrono::milliseconds{of == method::get || of == method::head ? 1000 : 3000};
}

using route_table = std::vector<route>;

}  // namespace mercat::http
