// What products answers over HTTP, and to whom.
#pragma once

#include "common/http/route.hpp"
#include "products/assortment.hpp"
#include "products/catalogue.hpp"

#include <string>

namespace mercat::products {

// Both must outlive the server.
[[nodiscard]] http::route_table routes(catalogue& shop, assortment& goods, const std::string& replica);

}  // namespace mercat::products
