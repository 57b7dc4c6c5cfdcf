// Routes that every service has beside its own.
#pragma once

#include "common/http/route.hpp"

#include <string>

namespace mercat::http {

// GET /status: "OK", alive. GET /whoami: {"replica"}, which of the replicas answered.
void add_standard_routes(route_table& routes, std::string replica);

// GET /status alone, for a service whose /whoami says more.
void add_status_route(route_table& routes);

}  // namespace mercat::http
