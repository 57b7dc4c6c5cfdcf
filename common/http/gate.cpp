#include "common/http/gate.hpp"

#include "common/http/problem.hpp"
#include "common/number.hpp"
#include "common/uuid.hpp"

#include <algorithm>

namespace mercat::http {

namespace {

constexpr std::size_t unrouted_body_limit = 64 * 1024;
constexpr std::chrono::milliseconds farthest{
    4'102'444'800'000};  // the year 2100, so that sums cannot overflow

bool is_id(std::string_view text) noexcept {
  return text.size() >= 16 && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
         });
}

void fill(exchange& into, const request_head& head) {
  auto& request = into.request;
  into.method_text = head.method_text;
  into.known_method = head.method.has_value();
  into.head_only = head.method == method::head;
  into.keep_alive = head.keep_alive;
  into.expects_continue = head.expects_continue;
  into.body_size = head.content_length.value_or(0);
  request.method = head.method.value_or(method::get);
  request.target = head.target;
  for (const auto& [name, value] : head.headers) request.headers.add(std::string(name), std::string(value));
  const auto id = head.header("X-Request-Id");
  request.id = is_id(id) ? std::string(id) : uuid_v7();
  if (const auto hop = head.header("X-Hop-Id"); is_id(hop)) into.hop_id = hop;
}

void find_route(const core& shared, const request_head& head, exchange& into) {
  auto match = shared.routes.match(head.path);
  into.request.path = std::move(match.path);
  into.resource = match.resource;
  if (match.resource == nullptr) throw error(fault::not_found, "not-found", "There is nothing at this path.");
  into.route = head.method ? match.resource->find(*head.method) : nullptr;
  if (into.route != nullptr) {
    for (std::size_t i = 0; i < match.values.size(); ++i) {
      into.request.path_parameters.emplace_back(into.route->parameter_names[i], std::move(match.values[i]));
    }
  } else if (head.method == method::options) {
    into.early = response::no_content();
    into.early->headers.emplace_back("Allow", match.resource->allow);
  } else {
    throw error(fault::method_not_allowed, "method-not-allowed", "This path does not know this method.");
  }
}

// A token is looked at wherever one is sent: a bad one is 401 on public routes too.
void check_caller(const core& shared, const request_head& head, exchange& into) {
  if (shared.verifier == nullptr) return;
  const auto wanted = into.route->entry->access;
  const auto sent = into.request.headers.count("Authorization");
  if (sent > 1)
    throw error(fault::unauthenticated, "token-invalid", "Authorization is given more than once.");
  if (sent == 1) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    into.request.caller = shared.verifier->verify_header(head.header("Authorization"), now);
  } else if (wanted != access::anyone) {
    throw error(fault::unauthenticated, "token-required", "This needs an access token.");
  }
  if (wanted == access::admin && into.request.caller->role != "admin") {
    throw error(fault::forbidden, "role-required", "This needs the role admin.");
  }
}

// How far the clocks of two machines may differ before one refuses what the other asks.
constexpr std::chrono::milliseconds clocks_differ{1000};

// What the caller's own deadline leaves, at most the route's limit. Not a number: as if not sent. The time
// left counts from now on, whatever the clocks say; the point in time is there for a request that was long on
// its way: one that lay before a frozen process must not be carried out after its sender was told 504.
std::chrono::milliseconds time_left(const request_head& head, std::chrono::milliseconds limit) {
  using std::chrono::milliseconds;
  if (const auto left = whole_number<std::uint32_t>(head.header("X-Deadline-Ms")))
    limit = std::min(limit, milliseconds{*left});
  if (const auto at = whole_number<std::int64_t>(head.header("X-Deadline-At")); at && *at > 0) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto until = milliseconds{std::min<std::int64_t>(*at, farthest.count())} + clocks_differ;
    limit = std::min(limit, std::chrono::duration_cast<milliseconds>(until - now));
  }
  return std::max(limit, milliseconds{0});
}

void check_length(const request_head& head, exchange& into) {
  const bool carries_body =
      head.method == method::post || head.method == method::put || head.method == method::patch;
  // Without one the body is empty (RFC 9112, 6.3): well where none is expected, as from curl -X POST. But
  // what follows may be meant as a body, and must not be taken for a request.
  if (carries_body && !head.content_length) into.keep_alive = false;
  if (carries_body && !head.content_length && into.route->entry->body != nullptr) {
    into.body_refused = true;
    throw error(fault::length_required, "length-required", "The request needs a Content-Length.");
  }
  if (into.body_size > into.route->entry->body_limit) {
    into.body_refused = true;
    throw error(fault::too_large, "body-too-large",
                "The body may have at most " + std::to_string(into.route->entry->body_limit) + " bytes.");
  }
}

void check(const core& shared, const request_head& head, exchange& into) {
  find_route(shared, head, into);
  if (into.early) return;
  if (shared.in_flight.load(std::memory_order_relaxed) >= shared.options.max_in_flight) {
    throw error(fault::unavailable, "overloaded", "Too many requests at the moment.");
  }
  check_caller(shared, head, into);
  check_length(head, into);
  into.request.query = query_parameters::parse(head.query);
  into.request.deadline = async::deadline::in(time_left(head, into.route->entry->time_limit));
  if (into.request.deadline.passed()) {
    throw error(fault::too_slow, "too-slow", "The deadline had passed before the work began.");
  }
}

// application/json, at most with charset=utf-8.
bool is_json(std::string_view type) {
  const auto trimmed = [](std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
  };
  const auto semicolon = std::min(type.find(';'), type.size());
  if (!same_name(trimmed(type.substr(0, semicolon)), "application/json")) return false;
  const auto parameter = trimmed(type.substr(std::min(semicolon + 1, type.size())));
  return parameter.empty() || same_name(parameter, "charset=utf-8") ||
         same_name(parameter, "charset=\"utf-8\"");
}

}  // namespace

void refuse(exchange& subject, const error& why) {
  subject.early = problem(why, subject.request.path, subject.request.id);
  if (why.kind() == fault::method_not_allowed && subject.resource != nullptr) {
    subject.early->headers.emplace_back("Allow", subject.resource->allow);
  }
}

std::unique_ptr<exchange> admit(const core& shared, const request_head& head) {
  auto admitted = std::make_unique<exchange>();
  fill(*admitted, head);
  try {
    check(shared, head, *admitted);
  } catch (const error& why) {
    refuse(*admitted, why);
  } catch (...) {
    admitted->early = problem(std::current_exception(), admitted->request.path, admitted->request.id);
  }
  if (admitted->early) {
    // A small body is read, so that the connection stays usable; a large or only announced one is not.
    const auto limit = admitted->route != nullptr ? admitted->route->entry->body_limit : unrouted_body_limit;
    const bool announced = admitted->expects_continue && admitted->body_size > 0;
    admitted->body_refused = admitted->body_refused || admitted->body_size > limit || announced;
    if (admitted->body_refused) admitted->keep_alive = false;
  }
  return admitted;
}

void accept_body(exchange& subject, std::string_view body) {
  if (subject.early) return;
  const auto* schema = subject.route->entry->body;
  try {
    subject.request.body = body;
    if (schema == nullptr) return;
    const auto types = subject.request.headers.count("Content-Type");
    if (types != 1 || !is_json(subject.request.headers.get("Content-Type"))) {
      throw error(fault::unsupported_media, "unsupported-media-type",
                  "The body must be sent as application/json in UTF-8.");
    }
    subject.request.json = json::document::parse(body);
    schema->require(subject.request.json->root());
  } catch (...) {
    subject.early = problem(std::current_exception(), subject.request.path, subject.request.id);
  }
}

}  // namespace mercat::http
