// The one error type. Thrown where the fault is known, caught at the edge (HTTP server, RPC server,
// consumer), where it becomes a status code, a reply header or a retry. Text in it is written for the client:
// never anything from a library, from SQL or about a secret.
#pragma once

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <vector>

namespace mercat {

// What went wrong, in terms of what the caller can do about it. One HTTP status each (http/problem.hpp).
enum class fault {
  malformed,           // 400: cannot be read, or breaks the contract
  unauthenticated,     // 401
  forbidden,           // 403: authenticated, but not in this role
  not_found,           // 404: absent, or not the caller's to see
  method_not_allowed,  // 405
  conflict,            // 409: against the state of the resource
  length_required,     // 411
  too_large,           // 413
  uri_too_long,        // 414
  unsupported_media,   // 415
  already_exists,      // 422
  too_many_requests,   // 429
  header_too_large,    // 431
  internal,            // 500: our bug
  unavailable,         // 503: a dependency or a bound says "not now"; nothing was done
  too_slow,            // 504: the deadline passed; the outcome may be unknown
};

// One violated rule of a request body; pointer is a JSON Pointer (RFC 6901) into it.
struct violation {
  std::string pointer;
  std::string detail;
};

class error : public std::exception {
 public:
  // slug: stable, kebab-case, the last part of the problem's type URI. detail: a sentence for the client.
  error(fault kind, std::string slug, std::string detail)
      : kind_(kind), slug_(std::move(slug)), detail_(std::move(detail)) {}

  [[nodiscard]] fault kind() const noexcept { return kind_; }
  [[nodiscard]] const std::string& slug() const noexcept { return slug_; }
  [[nodiscard]] const std::string& detail() const noexcept { return detail_; }
  [[nodiscard]] const char* what() const noexcept override { return detail_.c_str(); }

  [[nodiscard]] const std::vector<violation>& violations() const noexcept { return violations_; }
  error& with(std::vector<violation> violations) {
    violations_ = std::move(violations);
    return *this;
  }

  // Sent as Retry-After. Every fault::unavailable and too_many_requests has one; the default is a second.
  [[nodiscard]] std::optional<std::chrono::seconds> retry_after() const noexcept { return retry_after_; }
  error& retry_in(std::chrono::seconds delay) {
    retry_after_ = delay;
    return *this;
  }

 private:
  fault kind_;
  std::string slug_;
  std::string detail_;
  std::vector<violation> violations_;
  std::optional<std::chrono::seconds> retry_after_;
};

}  // namespace mercat
