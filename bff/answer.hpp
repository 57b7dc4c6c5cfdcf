// An upstream's answer as the device gets it.
#pragma once

#include "bff/shape.hpp"
#include "common/http/client.hpp"

namespace mercat::bff {

[[nodiscard]] bool succeeded(const http::client_response& answer) noexcept;

// Status, body, content type and the headers that concern a client: Retry-After, Allow, ETag,
// WWW-Authenticate, Location, Cache-Control. A success gets the shape; paths in Location and in a problem's
// `instance` become public ones.
[[nodiscard]] http::response answer_from(http::client_response upstream, const shape& as);

}  // namespace mercat::bff
