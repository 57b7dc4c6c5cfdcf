// What the staff send about products: read from JSON of the shapes in schemas.hpp, and held against the rules
// that a schema cannot say. Text is kept as it came: nothing is trimmed. All throw error(fault::malformed,
// "invalid-body") with every violation found.
#pragma once

#include "common/json/document.hpp"
#include "products/product.hpp"

#include <string_view>

namespace mercat::products {

// body: of the shape schemas::new_product(). currency: the shop's. Members not given have their defaults.
[[nodiscard]] product read_new_product(const json::value& body, std::string_view currency);

// body: of the shape schemas::changed_product(). Its version is the one the change was made on; id, quantity
// and times are not read.
[[nodiscard]] product read_changed_product(const json::value& body, std::string_view currency);

// body: of the shape schemas::stock_adjustment().
[[nodiscard]] stock_adjustment read_stock_adjustment(const json::value& body);

}  // namespace mercat::products
