// What shopping answers over HTTP, and to whom.
#pragma once

#include "common/http/route.hpp"
#include "shopping/carts.hpp"
#include "shopping/order_placing.hpp"
#include "shopping/orders.hpp"
#include "shopping/wishlists.hpp"

#include <string>

namespace mercat::shopping {

// Whatever is given by reference must outlive the server.
[[nodiscard]] http::route_table routes(carts& of_customers, wishlists& wishes, order_placing& placing,
                                       orders& placed, const std::string& currency,
                                       const std::string& replica);

}  // namespace mercat::shopping
