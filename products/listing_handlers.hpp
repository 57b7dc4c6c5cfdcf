// What anyone may read over HTTP: products and categories. The rows of the table: routes.cpp.
#pragma once

#include "common/http/route.hpp"
#include "products/catalogue.hpp"

namespace mercat::products {

[[nodiscard]] async::task<http::response> list_products(catalogue& shop, const http::request& asked);
[[nodiscard]] async::task<http::response> find_product(catalogue& shop, const http::request& asked);
[[nodiscard]] async::task<http::response> find_products(catalogue& shop, const http::request& asked);
[[nodiscard]] async::task<http::response> list_categories(catalogue& shop, const http::request& asked);

// Body of find_products: {"ids":[…]}, at most 100.
[[nodiscard]] const json::schema& ids_body();
// The ids of such a body, in its order, each once.
[[nodiscard]] std::vector<product_id> read_ids(const json::value& body);

// The list that a query asks for. Throws error(fault::malformed).
[[nodiscard]] list_request read_list_request(const http::query_parameters& query);

}  // namespace mercat::products
