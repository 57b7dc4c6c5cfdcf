// Routes that hand a request on to the service that owns the matter.
#pragma once

#include "bff/shape.hpp"
#include "common/http/client.hpp"
#include "common/http/route.hpp"

#include <string>
#include <string_view>

namespace mercat::bff {

// A service's own path is the public one without this.
inline constexpr std::string_view public_prefix = "/api";

// Of every route that waits for services: a little above the client's own limit, whose error names the
// service that was too slow.
inline constexpr std::chrono::milliseconds upstream_time_limit{3200};

// The upstream's path and query for a request to the route `own_path` ("/products/{id}"): parameters are
// encoded anew, so that none can leave its place in the path; the query goes on as it came. Throws
// fault::not_found for a parameter "." or "..".
[[nodiscard]] std::string target_for(std::string_view own_path, const http::request& asked);

// What goes upstream with every call made for this request.
[[nodiscard]] http::client_request call_for(const http::request& asked, http::method method,
                                            std::string target);

// The route /api<own_path>. A route that takes a body demands a JSON object of at most body_limit bytes; what
// it must look like is for its owner to say. to and as must outlive the route.
[[nodiscard]] http::route forward(http::method method, std::string own_path, http::access access,
                                  http::client& to, const shape& as,
                                  std::size_t body_limit = http::default_body_limit);

}  // namespace mercat::bff
