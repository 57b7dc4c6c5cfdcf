// The public API that both BFFs serve, one row per route. What a device gets differently is in its shapes.
#pragma once

#include "bff/device.hpp"
#include "bff/upstreams.hpp"
#include "common/http/route.hpp"

#include <string>

namespace mercat::bff {

// to and shown_on must outlive the table.
[[nodiscard]] http::route_table api(upstreams& to, const device& shown_on, std::string replica);

}  // namespace mercat::bff
