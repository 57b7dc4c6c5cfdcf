// GET /api/home: what a start page needs, in one call.
#pragma once

#include "bff/device.hpp"
#include "bff/upstreams.hpp"
#include "common/http/route.hpp"

namespace mercat::bff {

// {products:[first page],categories,nextCursor, profile?, cart?, wishlist?, degraded:[names]}: the first page
// as GET /api/products gives it; the others for a logged-in caller. The parts are gathered in parallel;
// one that fails or comes too late is left out and named in degraded. 200 whatever becomes of the parts. Both
// arguments must outlive the route.
[[nodiscard]] http::route home(upstreams& to, const device& shown_on);

}  // namespace mercat::bff
