#include "products/listing_handlers.hpp"

#include "common/error.hpp"

#include <algorithm>

namespace mercat::products {

namespace {

// Forms send fields left empty: those say nothing.
const std::string* filled(const http::query_parameters& query, std::string_view name) {
  const auto* text = query.find(name);
  return text != nullptr && !text->empty() ? text : nullptr;
}

void write_list(json::writer& out, const std::vector<product>& products, std::string_view currency) {
  out.key("products").StartArray();
  for (const auto& item : products) write(out, item, currency);
  out.EndArray();
}

}  // namespace

list_request read_list_request(const http::query_parameters& query) {
  list_request asked;
  asked.limit = query.integer("limit", 20, 1, 100);
  if (const auto* text = filled(query, "category")) asked.category = *text;
  if (const auto* text = filled(query, "q")) asked.query = *text;
  if (const auto* text = query.find("minPrice")) asked.least = read_price("minPrice", *text);
  if (const auto* text = query.find("maxPrice")) asked.most = read_price("maxPrice", *text);
  if (const auto* text = query.find("sort")) asked.order = read_order(*text);
  const auto* cursor = query.find("cursor");
  asked.after = cursor != nullptr ? read_cursor(asked.order, *cursor) : before_first(asked.order);
  require_sensible(asked);
  return asked;
}

const json::schema& ids_body() {
  static const json::schema shape(R"({
    "type": "object",
    "required": ["ids"],
    "properties": {
      "ids": {"type": "array", "maxItems": 100, "items": {"type": "integer", "minimum": 1}}
    }
  })");
  return shape;
}

std::vector<product_id> read_ids(const json::value& body) {
  std::vector<product_id> ids;
  for (const auto& each : json::member(body, "ids")->GetArray()) {
    if (!each.IsInt64()) continue;  // beyond it there is no product
    if (std::ranges::find(ids, each.GetInt64()) == ids.end()) ids.push_back(each.GetInt64());
  }
  return ids;
}

async::task<http::response> list_products(catalogue& shop, const http::request& asked) {
  auto wanted = read_list_request(asked.query);
  const auto page = co_await shop.list(std::move(wanted), asked.deadline);
  json::writer out;
  out.StartObject();
  write_list(out, page.products, shop.currency());
  out.key("categories").StartArray();
  for (const auto& name : page.categories) out.text(name);
  out.EndArray();
  out.key("nextCursor");
  if (page.next_cursor) {
    out.text(*page.next_cursor);
  } else {
    out.Null();
  }
  out.EndObject();
  co_return http::response::json(out.take());
}

async::task<http::response> find_product(catalogue& shop, const http::request& asked) {
  const auto item = co_await shop.find(asked.id_parameter("id"), asked.deadline);
  if (!item) throw error(fault::not_found, "product-not-found", "there is no such product");
  json::writer out;
  write(out, *item, shop.currency());
  co_return http::response::json(out.take());
}

async::task<http::response> find_products(catalogue& shop, const http::request& asked) {
  auto ids = read_ids(asked.json->root());
  const auto found = co_await shop.find_all(std::move(ids), asked.deadline);
  json::writer out;
  out.StartObject();
  write_list(out, found, shop.currency());
  out.EndObject();
  co_return http::response::json(out.take());
}

async::task<http::response> list_categories(catalogue& shop, const http::request& asked) {
  const auto found = co_await shop.categories(asked.deadline);
  json::writer out;
  out.StartObject();
  out.key("categories").StartArray();
  for (const auto& each : found) {
    out.StartObject();
    out.key("name").text(each.name);
    out.key("count").Int64(each.count);
    out.EndObject();
  }
  out.EndArray();
  out.EndObject();
  co_return http::response::json(out.take());
}

}  // namespace mercat::products
