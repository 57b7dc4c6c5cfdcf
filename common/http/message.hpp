// request and response as handlers see them. A request is checked before a handler gets it: route found,
// token verified, body within its limit and, where the route has a schema, valid JSON of that shape.
#pragma once

#include "common/async/deadline.hpp"
#include "common/auth/identity.hpp"
#include "common/json/document.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mercat::http {

enum class method { get, head, post, put, patch, del, options };
[[nodiscard]] std::string_view name(method value) noexcept;
[[nodiscard]] std::optional<method> method_named(std::string_view text) noexcept;  // exact, "GET"

// Compares header names: without case, ASCII.
[[nodiscard]] bool same_name(std::string_view left, std::string_view right) noexcept;

// Header fields in order of arrival; names compare without case.
class fields {
 public:
  void add(std::string name, std::string value) { list_.emplace_back(std::move(name), std::move(value)); }
  // The first of that name; empty view when absent.
  [[nodiscard]] std::string_view get(std::string_view name) const noexcept;
  [[nodiscard]] bool has(std::string_view name) const noexcept;
  [[nodiscard]] std::size_t count(std::string_view name) const noexcept;
  [[nodiscard]] const auto& all() const noexcept { return list_; }

 private:
  std::vector<std::pair<std::string, std::string>> list_;
};

// Decoded query parameters (strict percent-decoding, '+' is a space). A name given twice is 400.
class query_parameters {
 public:
  // text: the part behind '?', still encoded. Throws fault::malformed.
  [[nodiscard]] static query_parameters parse(std::string_view text);
  [[nodiscard]] const std::string* find(std::string_view name) const noexcept;
  // An integer in [least, most]; `otherwise` when absent; throws fault::malformed with a clear detail.
  [[nodiscard]] long integer(std::string_view name, long otherwise, long least, long most) const;

 private:
  std::vector<std::pair<std::string, std::string>> list_;
};

struct request {
  http::method method = method::get;
  std::string path;    // decoded, without query
  std::string target;  // as sent: path and query, for forwarding
  query_parameters query;
  std::vector<std::pair<std::string, std::string>> path_parameters;  // by name in the route template
  fields headers;
  std::string body;
  std::optional<json::document> json;    // parsed and validated; present where the route has a schema
  std::optional<auth::identity> caller;  // verified token, also on public routes when one was sent
  std::string id;                        // X-Request-Id
  async::deadline deadline{async::deadline::clock::time_point{}};

  // A {name} of the route template. Throws std::logic_error when the template has no such name.
  [[nodiscard]] const std::string& parameter(std::string_view name) const;
  // A {name} as a positive 64-bit id, spelt the one way it has; throws fault::malformed.
  [[nodiscard]] std::int64_t id_parameter(std::string_view name) const;
  // The verified caller of a route that demands one.
  [[nodiscard]] const auth::identity& identity() const { return caller.value(); }
};

struct response {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;

  // body: JSON text.
  [[nodiscard]] static response json(std::string body, int status = 200) {
    return {status, std::move(body), "application/json", {}};
  }
  [[nodiscard]] static response no_content() { return {204, {}, {}, {}}; }
};

}  // namespace mercat::http
