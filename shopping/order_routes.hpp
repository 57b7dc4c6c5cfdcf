// The rows of the route table that are about orders.
#pragma once

#include "common/http/route.hpp"
#include "shopping/order_placing.hpp"
#include "shopping/orders.hpp"

namespace mercat::shopping {

// Both must outlive the table.
void add_order_routes(http::route_table& table, order_placing& placing, orders& all);

}  // namespace mercat::shopping
