#include "products/routes.hpp"

#include "common/http/standard_routes.hpp"
#include "products/admin_handlers.hpp"
#include "products/listing_handlers.hpp"
#include "products/schemas.hpp"

namespace mercat::products {

http::route_table routes(catalogue& shop, assortment& goods, const std::string& replica) {
  using http::access;
  using http::method;
  using http::request;
  http::route_table table{
      {method::get, "/products", access::anyone,
       [&shop](const request& r) { return list_products(shop, r); }},
      {method::get, "/products/{id}", access::anyone,
       [&shop](const request& r) { return find_product(shop, r); }},
      {method::post, "/products/ids", access::anyone,
       [&shop](const request& r) { return find_products(shop, r); }, &ids_body()},
      {method::get, "/categories", access::anyone,
       [&shop](const request& r) { return list_categories(shop, r); }},
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
