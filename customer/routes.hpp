// What customer answers over HTTP, and to whom.
#pragma once

#include "common/http/route.hpp"
#include "customer/membership.hpp"

#include <string>

namespace mercat::customer {

// members must outlive the server. replica: this process's name.
[[nodiscard]] http::route_table routes(membership& members, const std::string& replica);

}  // namespace mercat::customer
