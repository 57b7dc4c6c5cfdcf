// The checks between a complete head and the handler, in the order of the contract: route (404, 405,
// OPTIONS), bound (503), token (401), role (403), body (411, 413, 415, 400).
#pragma once

#include "common/http/core.hpp"
#include "common/http/exchange.hpp"
#include "common/http/request_head.hpp"

#include <memory>
#include <string_view>

namespace mercat::http {

// The exchange of an accepted head. Its `early` is set when the answer is clear without a handler.
[[nodiscard]] std::unique_ptr<exchange> admit(const core& shared, const request_head& head);

// Takes the whole body; sets `early` when the route cannot take it.
void accept_body(exchange& subject, std::string_view body);

// A problem as the early answer.
void refuse(exchange& subject, const error& why);

}  // namespace mercat::http
