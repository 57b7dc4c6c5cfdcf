#include "shopping/routes.hpp"

#include "common/http/standard_routes.hpp"
#include "shopping/order_routes.hpp"

namespace mercat::shopping {

namespace {

const std::string cart_item_text = R"({
  "type": "object",
  "required": ["productId", "quantity"],
  "properties": {
    "productId": {"type": "integer", "minimum": 1, "maximum": 9223372036854775807},
    "quantity": {"type": "integer", "minimum": 1, "maximum": 999}
  }
})";

const json::schema cart_item{cart_item_text};

const json::schema cart_items{R"({
  "type": "object",
  "required": ["items"],
  "properties": {"items": {"type": "array", "maxItems": 100, "items": )" +
                              cart_item_text + "}}}"};

const json::schema wish{R"({
  "type": "object",
  "required": ["productId"],
  "properties": {"productId": {"type": "integer", "minimum": 1, "maximum": 9223372036854775807}}
})"};

async::task<http::response> answer(async::task<cart> change, const std::string& currency) {
  const auto lines = co_await std::move(change);
  json::writer out;
  write(out, lines, currency);
  co_return http::response::json(out.take());
}

async::task<http::response> answer(async::task<wishlist_view> change) {
  const auto products = co_await std::move(change);
  json::writer out;
  write(out, products);
  co_return http::response::json(out.take());
}

product_id product_in(const json::value& body) {
  return json::integer(body, "productId").value();
}

async::task<cart> set(carts& all, const http::request& r) {
  const auto& body = r.json.value().root();
  return all.set(r.identity().customer_id, product_in(body), json::integer(body, "quantity").value(),
                 r.deadline);
}

async::task<http::response> merge(carts& all, const http::request& r, const std::string& currency) {
  std::vector<wanted_product> items;
  for (const auto& each : json::member(r.json.value().root(), "items")->GetArray())
    items.push_back({product_in(each), json::integer(each, "quantity").value()});
  const auto merged = co_await all.merge(r.identity().customer_id, std::move(items), r.deadline);
  json::writer out;
  write(out, merged.lines, merged.skipped, currency);
  co_return http::response::json(out.take());
}

void add_cart(http::route_table& table, carts& all, const std::string& currency) {
  using http::access;
  using http::method;
  using http::request;
  table.push_back({method::get, "/cart", access::user, [&all, currency](const request& r) {
                     return answer(all.view(r.identity().customer_id, r.deadline), currency);
                   }});
  table.push_back({method::post, "/cart", access::user,
                   [&all, currency](const request& r) { return answer(set(all, r), currency); }, &cart_item});
  table.push_back({method::post, "/cart/merge", access::user,
                   [&all, currency](const request& r) { return merge(all, r, currency); }, &cart_items});
  table.push_back({method::del, "/cart", access::user, [&all, currency](const request& r) {
                     return answer(all.clear(r.identity().customer_id, r.deadline), currency);
                   }});
  table.push_back({method::del, "/cart/{productId}", access::user, [&all, currency](const request& r) {
                     return answer(
                         all.remove(r.identity().customer_id, r.id_parameter("productId"), r.deadline),
                         currency);
                   }});
}

void add_wishlist(http::route_table& table, wishlists& all) {
  using http::access;
  using http::method;
  using http::request;
  table.push_back({method::get, "/wishlist", access::user, [&all](const request& r) {
                     return answer(all.view(r.identity().customer_id, r.deadline));
                   }});
  table.push_back({method::post, "/wishlist", access::user,
                   [&all](const request& r) {
                     return answer(
                         all.add(r.identity().customer_id, product_in(r.json.value().root()), r.deadline));
                   },
                   &wish});
  table.push_back({method::del, "/wishlist/{productId}", access::user, [&all](const request& r) {
                     return answer(
                         all.remove(r.identity().customer_id, r.id_parameter("productId"), r.deadline));
                   }});
}

}  // namespace

http::route_table routes(carts& of_customers, wishlists& wishes, order_placing& placing, orders& placed,
                         const std::string& currency, const std::string& replica) {
  http::route_table table;
  add_cart(table, of_customers, currency);
  add_wishlist(table, wishes);
  add_order_routes(table, placing, placed);
  http::add_standard_routes(table, replica);
  return table;
}

}  // namespace mercat::shopping
