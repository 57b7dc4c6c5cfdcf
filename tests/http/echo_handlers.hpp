// The routes that the server's tests and measurements use: they answer with what they were sent, at once or
// after hops to another thread, so that a client can check that an answer is its own.
#pragma once

#include "common/async/event_loop.hpp"
#include "common/http/server.hpp"

namespace mercat::tests {

// GET /echo/{token}: the token, at once.
// GET /hop/{token}: the token, after a hop to `away` and a pause of 0 to 2 ms that the token decides.
// POST /echo: the body.
[[nodiscard]] http::route_table echo_routes(async::event_loop& away);

}  // namespace mercat::tests
