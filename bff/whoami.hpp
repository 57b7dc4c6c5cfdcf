// GET /api/whoami: which replica of each service answered.
#pragma once

#include "bff/upstreams.hpp"
#include "common/http/route.hpp"

#include <string>

namespace mercat::bff {

// {bff,customer,products,shopping}; null for a service that did not answer. `to` must outlive the route.
[[nodiscard]] http::route whoami(upstreams& to, std::string replica);

}  // namespace mercat::bff
