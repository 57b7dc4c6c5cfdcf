#include "bff/forward.hpp"

#include "bff/answer.hpp"
#include "common/error.hpp"

#include <array>

namespace mercat::bff {

namespace {

// X-Forwarded-For: who the client is, as the edge saw it; customer slows down those that guess passwords.
constexpr std::array handed_on{"Authorization",   "Content-Type", "If-None-Match",
                               "Idempotency-Key", "traceparent",  "X-Forwarded-For"};

struct destination {
  http::method method;
  std::string own_path;
  http::client& to;
  const shape& as;
};

void append_encoded(std::string& path, std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view unreserved = "-._~";
  for (const char c : text) {
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
        unreserved.find(c) != std::string_view::npos) {
      path += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      path += {'%', digits[byte >> 4U], digits[byte & 15U]};
    }
  }
}

async::task<http::response> hand_on(const destination& where, const http::request& asked) {
  auto call = call_for(asked, where.method, target_for(where.own_path, asked));
  call.body = asked.body;
  co_return answer_from(co_await where.to.send(std::move(call), asked.deadline), where.as);
}

const json::schema& any_object() {
  static const json::schema schema{R"({"type":"object"})"};
  return schema;
}

}  // namespace

std::string target_for(std::string_view own_path, const http::request& asked) {
  std::string target;
  while (!own_path.empty()) {
    const auto open = own_path.find('{');
    target += own_path.substr(0, open);
    if (open == std::string_view::npos) break;
    const auto close = own_path.find('}', open);
    const auto& value = asked.parameter(own_path.substr(open + 1, close - open - 1));
    if (value == "." || value == "..")
      throw error(fault::not_found, "not-found", "There is nothing at this path.");
    append_encoded(target, value);
    own_path.remove_prefix(close + 1);
  }
  const auto query = asked.target.find('?');
  if (query != std::string::npos) target += asked.target.substr(query);
  return target;
}

http::client_request call_for(const http::request& asked, http::method method, std::string target) {
  http::client_request call;
  call.method = method;
  call.target = std::move(target);
  call.request_id = asked.id;
  for (const auto* name : handed_on)
    for (const auto& [given, value] : asked.headers.all())  // one given twice is for its owner to refuse
      if (http::same_name(given, name) && !value.empty()) call.headers.emplace_back(name, value);
  return call;
}

http::route forward(http::method method, std::string own_path, http::access access, http::client& to,
                    const shape& as, std::size_t body_limit) {
  http::route route{method, std::string{public_prefix} + own_path, access, {}};
  route.time_limit = upstream_time_limit;
  route.body_limit = body_limit;
  if (method == http::method::post || method == http::method::put || method == http::method::patch)
    route.body = &any_object();
  route.handler = [where = destination{method, std::move(own_path), to, as}](const http::request& asked) {
    return hand_on(where, asked);
  };
  return route;
}

}  // namespace mercat::bff
