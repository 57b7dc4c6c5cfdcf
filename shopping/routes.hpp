// What shopping answers over HTTP, and to whom.
#pragma once

#include "common/http/route.hpp"
#include "shopping/carts.hpp"

#include <string>

namespace mercat::shopping {

// The carts must outlive the server.
[[nodiscard]] http::route_table routes(carts& of_customers, const std::string& currency,
                                       const std::string& replica);

}  // namespace mercat::shopping
