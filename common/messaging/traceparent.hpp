// traceparent: which trace a request or an event belongs to (W3C Trace Context, version 00).
#pragma once

#include <string_view>

namespace mercat::messaging {

// What was given, if it is of the form 00-<32 hex>-<16 hex>-<2 hex>, in lower case and neither id all zero;
// else empty: it comes from outside and travels on to others.
[[nodiscard]] std::string_view valid_traceparent(std::string_view given) noexcept;

}  // namespace mercat::messaging
