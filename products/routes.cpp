#include "products/routes.hpp"

#include "common/error.hpp"
#include "common/http/standard_routes.hpp"
#include "products/admin_handlers.hpp"
#include "products/schemas.hpp"

namespace mercat::products {

namespace {

async::task<http::response> list(catalogue& shop, const http::request& request) {
  const auto limit = request.query.integer("limit", 20, 1, 100);
  const auto* cursor = request.query.find("cursor");
  // Not inside the co_await below: gcc 12 evaluates both branches of a conditional there (docs/adr/0001).
  const product_id after = cursor != nullptr ? read_cursor(*cursor) : 0;
  const auto page = co_await shop.page(after, limit, request.deadline);

  json::writer out;
  out.StartObject();
  out.key("products").StartArray();
  for (const auto& item : page.products) write(out, item, shop.currency());
  out.EndArray();
  out.key("categories").StartArray();
  for (const auto& name : page.categories) out.text(name);
  out.EndArray();
  out.key("nextCursor");
  if (page.next_after) {
    out.text(write_cursor(*page.next_after));
  } else {
    out.Null();
  }
  out.EndObject();
  co_return http::response::json(out.take());
}

async::task<http::response> find(catalogue& shop, const http::request& request) {
  const auto item = co_await shop.find(request.id_parameter("id"), request.deadline);
  if (!item) throw error(fault::not_found, "product-not-found", "there is no such product");
  json::writer out;
  write(out, *item, shop.currency());
  co_return http::response::json(out.take());
}

}  // namespace

http::route_table routes(catalogue& shop, assortment& goods, const std::string& replica) {
  using http::access;
  using http::method;
  using http::request;
  http::route_table table{
      {method::get, "/products", access::anyone, [&shop](const request& r) { return list(shop, r); }},
      {method::get, "/products/{id}", access::anyone, [&shop](const request& r) { return find(shop, r); }},
      {method::post,
       "/products",
       access::admin,
       [&goods](const request& r) { return create_product(goods, r); },
       &schemas::new_product(),
       {},
       schemas::product_body_limit},
      {method::put,
       "/products/{id}",
       access::admin,
       [&goods](const request& r) { return update_product(goods, r); },
       &schemas::changed_product(),
       {},
       schemas::product_body_limit},
      {method::del, "/products/{id}", access::admin,
       [&goods](const request& r) { return delete_product(goods, r); }},
      {method::post, "/products/{id}/stock", access::admin,
       [&goods](const request& r) { return adjust_stock(goods, r); }, &schemas::stock_adjustment()},
  };
  http::add_standard_routes(table, replica);
  return table;
}

}  // namespace mercat::products
