// CUSTOMER_RPC: what other services ask customer over the broker (docs/messages.md).
#pragma once

#include "common/amqp/rpc.hpp"
#include "common/db/pool.hpp"

#include <chrono>
#include <map>
#include <string>

namespace mercat::customer {

inline constexpr const char* customer_rpc_queue = "CUSTOMER_RPC";

// VIEW_REVOCATIONS, data {}: 200 {"revocations":[{"customerId","before"}…]}, oldest first: all of the last
// `remembered`. It is what a replica that verifies tokens loads when it starts; from then on it goes by
// customer.sessions-revoked.
//
// VIEW_ADDRESS, data {"customerId","addressId"}: 200 and the address as GET /addresses shows it, or 404 and
// null: there is none, or it is another customer's. 400 when the data has not both.
//
// The pool must outlive the RPC server.
[[nodiscard]] std::map<std::string, amqp::rpc_handler> customer_rpc(db::pool& database,
                                                                    std::chrono::seconds remembered);

}  // namespace mercat::customer
