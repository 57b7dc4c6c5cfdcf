#include "bff/answer.hpp"

#include "bff/forward.hpp"
#include "common/json/document.hpp"

#include <array>

namespace mercat::bff {

namespace {

constexpr std::array passed_on{"Retry-After",      "Allow",    "ETag",
                               "WWW-Authenticate", "Location", "Cache-Control"};

std::string with_public_instance(const std::string& problem) {
  rapidjson::Document document;
  document.Parse(problem.data(), problem.size());
  if (document.HasParseError() || !document.IsObject()) return problem;
  const auto instance = document.FindMember("instance");
  if (instance == document.MemberEnd() || !instance->value.IsString()) return problem;
  const std::string path = std::string{public_prefix} + instance->value.GetString();
  instance->value.SetString(path, document.GetAllocator());
  json::writer out;
  document.Accept(out);
  return out.take();
}

// A shaped body is another representation than the one the owner tagged: equal to it in meaning only.
std::string passed_value(std::string_view name, std::string_view value, bool shaped) {
  if (name == "Location" && value.starts_with('/')) return std::string{public_prefix}.append(value);
  if (name == "ETag" && shaped && !value.starts_with("W/")) return std::string{"W/"}.append(value);
  return std::string{value};
}

}  // namespace

bool succeeded(const http::client_response& answer) noexcept {
  return answer.status >= 200 && answer.status < 300;
}

http::response answer_from(http::client_response upstream, const shape& as) {
  http::response answer{upstream.status, {}, std::string{upstream.headers.get("Content-Type")}, {}};
  const bool shaped = as.by != shape::rule::everything && succeeded(upstream);
  for (const auto* name : passed_on)
    if (const auto value = upstream.headers.get(name); !value.empty())
      answer.headers.emplace_back(name, passed_value(name, value, shaped));
  if (shaped && !upstream.body.empty())
    answer.body = project(upstream.body, as);
  else if (answer.content_type.starts_with("application/problem+json"))
    answer.body = with_public_instance(upstream.body);
  else
    answer.body = std::move(upstream.body);
  return answer;
}

}  // namespace mercat::bff
