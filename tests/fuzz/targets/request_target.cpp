// Paths and queries: percent-decoding, routing, parameters.
#include "common/http/message.hpp"
#include "common/http/percent.hpp"
#include "common/http/router.hpp"
#include "common/utf8.hpp"
#include "tests/fuzz/promise.hpp"

#include <charconv>
#include <set>

namespace mercat::fuzz {

namespace {

bool clean(std::string_view text) {
  return valid_utf8(text) && text.find('\0') == std::string_view::npos;
}

const http::router& routes() {
  static const http::router table([] {
    http::route_table rows;
    for (const auto* path : {"/", "/products", "/products/{id}", "/products/{id}/stock", "/products/search",
                             "/cart/items/{id}", "/{a}/{b}/{c}", "/orders/{id}"})
      rows.push_back({http::method::get, path, http::access::anyone, {}, nullptr, {}, 0});
    return rows;
  }());
  return table;
}

void routed(std::string_view path) {
  const auto match = unless_refused([&] { return routes().match(path); });
  if (!match) return;
  promise(clean(match->path), "a decoded path is UTF-8 without NUL");
  if (match->resource == nullptr) return;
  const auto* route = match->resource->find(http::method::get);
  promise(route != nullptr && route->parameter_names.size() == match->values.size(),
          "each parameter has its value");
  for (const auto& value : match->values)
    promise(!value.empty() && clean(value), "a parameter is UTF-8, and not empty");
  http::request asked;
  asked.path_parameters.emplace_back("id", match->values.empty() ? std::string{} : match->values.front());
  const auto id = unless_refused([&] { return asked.id_parameter("id"); });
  promise(!id || (*id > 0 && std::to_string(*id) == asked.parameter("id")), "an id has one spelling");
}

void queried(std::string_view text) {
  const auto query = unless_refused([&] { return http::query_parameters::parse(text); });
  if (!query) return;
  // The names again, by the decoder alone.
  std::set<std::string> names;
  for (std::string_view rest = text; !rest.empty();) {
    const auto pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    if (pair.empty()) continue;
    const auto name = http::percent_decoded(pair.substr(0, pair.find('=')), http::plus::is_space);
    promise(name.has_value() && names.insert(*name).second, "a name of a query is decoded, and there once");
    const auto* value = query->find(*name);
    promise(value != nullptr && clean(*value) && clean(*name), "a parameter of a query is UTF-8 without NUL");
    const auto number = unless_refused([&] { return query->integer(*name, -1, 1, 100); });
    promise(!number || (*number >= 1 && *number <= 100), "an integer of a query is in its range");
  }
}

void decoded(std::string_view text) {
  std::string escaped;
  std::string escaped_lower;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    escaped.append("%").append(1, "0123456789ABCDEF"[byte >> 4]).append(1, "0123456789ABCDEF"[byte & 15]);
    escaped_lower.append("%")
        .append(1, "0123456789abcdef"[byte >> 4])
        .append(1, "0123456789abcdef"[byte & 15]);
  }
  const auto back = http::percent_decoded(escaped, http::plus::is_plus);
  promise(back.has_value() == clean(text) && (!back || *back == text),
          "what is encoded is decoded to itself");
  promise(back == http::percent_decoded(escaped_lower, http::plus::is_space), "digits may be of either case");
  for (const auto sign : {http::plus::is_plus, http::plus::is_space}) {
    const auto plain = http::percent_decoded(text, sign);
    promise(!plain || valid_utf8(*plain), "what is decoded is UTF-8");
    promise(!plain || text.find('%') != std::string_view::npos || plain->size() == text.size(),
            "no byte is lost");
  }
}

// Against another checker of UTF-8, RapidJSON's behind our reader.
void compared(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\') return;
  const auto as_json = unless_refused([&] { return json::document::parse("\"" + std::string(text) + "\""); });
  promise(as_json.has_value() == valid_utf8(text), "two checkers of UTF-8 agree");
}

}  // namespace

}  // namespace mercat::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mercat::fuzz;
  input from(data, size);
  const auto whole = from.rest();
  decoded(whole);
  compared(whole);
  const auto path = from.field('?');
  // The reader of a request's head lets no other target through (request_head.cpp).
  if (path.starts_with('/') && path.find('\0') == std::string_view::npos && mercat::valid_utf8(path))
    routed(path);
  if (from.rest().find('\0') == std::string_view::npos && mercat::valid_utf8(from.rest()))
    queried(from.rest());
  return 0;
}
