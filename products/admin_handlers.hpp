// The handlers of the staff's routes (routes.cpp). The role is checked before they run, and the body's shape.
#pragma once

#include "common/async/task.hpp"
#include "common/http/message.hpp"
#include "products/assortment.hpp"

namespace mercat::products {

[[nodiscard]] async::task<http::response> create_product(assortment& goods, const http::request& asked);
[[nodiscard]] async::task<http::response> update_product(assortment& goods, const http::request& asked);
[[nodiscard]] async::task<http::response> delete_product(assortment& goods, const http::request& asked);
[[nodiscard]] async::task<http::response> adjust_stock(assortment& goods, const http::request& asked);

}  // namespace mercat::products
