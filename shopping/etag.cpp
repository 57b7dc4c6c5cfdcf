#include "shopping/etag.hpp"

namespace mercat::shopping {

bool names_tag(std::string_view if_none_match, std::string_view tag) {
  while (!if_none_match.empty()) {
    const auto comma = if_none_match.find(',');
    auto each = if_none_match.substr(0, comma);
    const auto first = each.find_first_not_of(" \t");
    if (first != std::string_view::npos) {
      each = each.substr(first, each.find_last_not_of(" \t") - first + 1);
      if (each.starts_with("W/")) each.remove_prefix(2);
      if (each == "*" || each == tag) return true;
    }
    if (comma == std::string_view::npos) break;
    if_none_match.remove_prefix(comma + 1);
  }
  return false;
}

http::response tagged(const http::request& asked, std::string body, std::string tag) {
  auto answer = http::response::json(std::move(body));
  if (names_tag(asked.headers.get("If-None-Match"), tag)) answer = {304, {}, {}, {}};
  answer.headers.emplace_back("ETag", std::move(tag));
  answer.headers.emplace_back("Cache-Control", "private, no-cache");
  return answer;
}

}  // namespace mercat::shopping
