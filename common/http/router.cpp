#include "common/http/router.hpp"

#include "common/http/percent.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

namespace mercat::http {

namespace {

// "/a/{b}" -> "a", "{b}"; "/" -> nothing.
std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  if (path.size() <= 1) return segments;
  segments.reserve(8);
  path.remove_prefix(1);
  for (;;) {
    const auto end = path.find('/');
    segments.push_back(path.substr(0, end));
    if (end == std::string_view::npos) return segments;
    path.remove_prefix(end + 1);
  }
}

bool is_parameter(std::string_view segment) noexcept {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

}  // namespace

struct router::node {
  std::map<std::string, std::unique_ptr<node>, std::less<>> literals;
  std::unique_ptr<node> parameter;
  std::unique_ptr<http::resource> resource;

  node& child(std::string_view segment) {
    auto& place = is_parameter(segment) ? parameter : literals[std::string(segment)];
    if (!place) place = std::make_unique<node>();
    return *place;
  }

  // Depth-first with the literal branch first; `values` holds what parameters took on the way.
  const http::resource* find(const std::vector<std::string_view>& segments, std::size_t at,
                             std::vector<std::string>& values) const {
    if (at == segments.size()) return resource.get();
    if (const auto literal = literals.find(segments[at]); literal != literals.end()) {
      if (const auto* found = literal->second->find(segments, at + 1, values)) return found;
    }
    if (!parameter || segments[at].empty()) return nullptr;
    values.emplace_back(segments[at]);
    if (const auto* found = parameter->find(segments, at + 1, values)) return found;
    values.pop_back();
    return nullptr;
  }

  void name_allowed_methods() {
    if (resource) {
      auto& allow = resource->allow;
      for (const auto each :
           {method::get, method::head, method::post, method::put, method::patch, method::del}) {
        if (resource->find(each) != nullptr) allow.append(http::name(each)).append(", ");
      }
      allow.append("OPTIONS");
    }
    for (const auto& [segment, next] : literals) next->name_allowed_methods();
    if (parameter) parameter->name_allowed_methods();
  }
};

const compiled_route* resource::find(http::method method) const noexcept {
  const auto* exact = by_method[static_cast<std::size_t>(method)];
  if (exact == nullptr && method == http::method::head) return find(http::method::get);
  return exact;
}

router::router(route_table table)
    : table_(std::make_unique<route_table>(std::move(table))), root_(std::make_unique<node>()) {
  for (auto& entry : *table_) {
    if (!entry.path.starts_with('/')) throw std::logic_error("a route must start with '/': " + entry.path);
    if (entry.time_limit.count() == 0) entry.time_limit = default_time_limit(entry.method);
    auto compiled = std::make_unique<compiled_route>();
    compiled->entry = &entry;
    compiled->number = compiled_.size();
    auto* at = root_.get();
    for (const auto segment : segments_of(entry.path)) {
      if (is_parameter(segment))
        compiled->parameter_names.emplace_back(segment.substr(1, segment.size() - 2));
      at = &at->child(segment);
    }
    if (!at->resource) at->resource = std::make_unique<http::resource>(http::resource{entry.path, {}, {}});
    auto& place = at->resource->by_method[static_cast<std::size_t>(entry.method)];
    if (place != nullptr) throw std::logic_error("two routes for one method and path: " + entry.path);
    place = compiled.get();
    compiled_.push_back(std::move(compiled));
  }
  root_->name_allowed_methods();
}

router::~router() = default;
router::router(router&&) noexcept = default;

route_match router::match(std::string_view encoded_path) const {
  route_match found;
  auto segments = segments_of(encoded_path);
  std::vector<std::string> decoded;
  if (encoded_path.find('%') == std::string_view::npos) {
    found.path = encoded_path;  // ASCII without escapes: the head's reader lets nothing else through
  } else {
    decoded.reserve(segments.size());
    for (auto& segment : segments) {
      auto text = percent_decoded(segment, plus::is_plus);
      if (!text) throw error(fault::malformed, "malformed-path", "The path is not percent-encoded UTF-8.");
      segment = decoded.emplace_back(std::move(*text));
      found.path.append("/").append(segment);
    }
  }
  found.resource = root_->find(segments, 0, found.values);
  return found;
}

}  // namespace mercat::http
