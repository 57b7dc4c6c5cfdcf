#include "common/http/problem.hpp"

#include "common/json/document.hpp"

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
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
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
