// What shopping answers over HTTP, and to whom.
#pragma once

#include "common/http/route.hpp"
#include "shopping/carts.hpp"
#include "shopping/wishlists.hpp"

#include <string>

namespace mercat::shopping {

// The carts and wishlists must outlive the server.
[[nodiscard]] http::route_table routes(carts& of_customers, wishlists& wishes, const std::string& currency,
                                       const std::string& replica);

}  // namespace mercat::shopping
