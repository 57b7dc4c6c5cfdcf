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

struct route {
  http::method method;
  std::string path;  // "/products/{id}"; a literal segment wins over a {parameter}
  http::access access = access::admin;
  http::handler handler;
  const json::schema* body = nullptr;  // null: no body is expected, and one sent is ignored
  std::chrono::milliseconds time_limit{3000};
  std::size_t body_limit = 64 * 1024;  // bytes
};

using route_table = std::vector<route>;

}  // namespace mercat::http
