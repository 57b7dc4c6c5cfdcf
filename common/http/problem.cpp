#include "common/http/problem.hpp"

#include "common/json/document.hpp"

#include <algorithm>
#include <array>

namespace mercat::http {

namespace {

std::string document_of(int status, const error& cause, std::string_view instance,
                        std::string_view request_id) {
  json::writer out;
  out.StartObject();
  out.key("type").text("https://mercat.dev/problems/" + cause.slug());
  out.key("title").text(reason_of(status));
  out.key("status").Int(status);
  out.key("detail").text(cause.detail());
  if (!instance.empty()) out.key("instance").text(instance);
  out.key("requestId").text(request_id);
  if (!cause.violations().empty()) {
    out.key("errors").StartArray();
    for (const auto& each : cause.violations()) {
      out.StartObject();
      out.key("pointer").text(each.pointer);
      out.key("detail").text(each.detail);
      out.EndObject();
    }
    out.EndArray();
  }
  out.EndObject();
  return out.take();
}

// RFC 6750: the error is named only when a token was sent and refused.
std::string challenge(std::string_view slug) {
  std::string text = "Bearer realm=\"mercat\"";
  if (slug == "token-invalid" || slug == "token-expired") text += ", error=\"invalid_token\"";
  return text;
}

struct reason {
  int status;
  std::string_view phrase;
};
constexpr std::array reasons{
    reason{200, "OK"},
    reason{201, "Created"},
    reason{202, "Accepted"},
    reason{204, "No Content"},
    reason{206, "Partial Content"},
    reason{301, "Moved Permanently"},
    reason{302, "Found"},
    reason{303, "See Other"},
    reason{304, "Not Modified"},
    reason{307, "Temporary Redirect"},
    reason{308, "Permanent Redirect"},
    reason{400, "Bad Request"},
    reason{401, "Unauthorized"},
    reason{403, "Forbidden"},
    reason{404, "Not Found"},
    reason{405, "Method Not Allowed"},
    reason{406, "Not Acceptable"},
    reason{408, "Request Timeout"},
    reason{409, "Conflict"},
    reason{411, "Length Required"},
    reason{412, "Precondition Failed"},
    reason{413, "Content Too Large"},
    reason{414, "URI Too Long"},
    reason{415, "Unsupported Media Type"},
    reason{417, "Expectation Failed"},
    reason{422, "Unprocessable Content"},
    reason{429, "Too Many Requests"},
    reason{431, "Request Header Fields Too Large"},
    reason{500, "Internal Server Error"},
    reason{501, "Not Implemented"},
    reason{502, "Bad Gateway"},
    reason{503, "Service Unavailable"},
    reason{504, "Gateway Timeout"},
    reason{505, "HTTP Version Not Supported"},
};

}  // namespace

int status_of(fault kind) noexcept {
  switch (kind) {
    case fault::malformed:
      return 400;
    case fault::unauthenticated:
      return 401;
    case fault::forbidden:
      return 403;
    case fault::not_found:
      return 404;
    case fault::method_not_allowed:
      return 405;
    case fault::conflict:
      return 409;
    case fault::length_required:
      return 411;
    case fault::too_large:
      return 413;
    case fault::uri_too_long:
      return 414;
    case fault::unsupported_media:
      return 415;
    case fault::already_exists:
      return 422;
    case fault::too_many_requests:
      return 429;
    case fault::header_too_large:
      return 431;
    case fault::internal:
      return 500;
    case fault::unavailable:
      return 503;
    case fault::too_slow:
      return 504;
  }
  return 500;
}

std::string_view reason_of(int status) noexcept {
  const auto found =
      std::find_if(reasons.begin(), reasons.end(), [=](const reason& each) { return each.status == status; });
  return found == reasons.end() ? std::string_view{"Unknown"} : found->phrase;
}

response problem(int status, const error& cause, std::string_view instance, std::string_view request_id) {
  response answer{status, document_of(status, cause, instance, request_id), "application/problem+json", {}};
  if (status == 401) answer.headers.emplace_back("WWW-Authenticate", challenge(cause.slug()));
  if (cause.retry_after() || status == 429 || status == 503) {
    const auto delay = cause.retry_after().value_or(std::chrono::seconds{1});
    answer.headers.emplace_back("Retry-After", std::to_string(delay.count()));
  }
  return answer;
}

response problem(const error& cause, std::string_view instance, std::string_view request_id) {
  return problem(status_of(cause.kind()), cause, instance, request_id);
}

response problem(const std::exception_ptr& cause, std::string_view instance, std::string_view request_id) {
  try {
    std::rethrow_exception(cause);
  } catch (const error& known) {
    return problem(known, instance, request_id);
  } catch (...) {
    return problem(error(fault::internal, "internal-error", "Something went wrong on our side."), instance,
                   request_id);
  }
}

}  // namespace mercat::http
