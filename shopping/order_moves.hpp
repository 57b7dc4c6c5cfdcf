// Moving an order on: the state by the table of legal moves, its history, and the events of the move, in one
// transaction. What is not legal (any more) changes nothing, so that decisions and cancellations may come
// late, twice and in any order. Functions run inside a transaction.
#pragma once

#include "common/db/session.hpp"
#include "shopping/order.hpp"
#include "shopping/order_events.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace mercat::shopping {

inline constexpr std::string_view cancelled_by_customer = "customer";
inline constexpr std::string_view cancelled_by_timeout = "timeout";

// False: the order is past deciding. Throws fault::not_found for an order that is not there.
bool apply(db::session& s, const order_decided& decision, std::string_view traceparent);

// False: the order is in a final state, or not this customer's. move_id: see store::was_moved.
[[nodiscard]] bool cancel_order(db::session& s, std::string_view id, customer_id customer,
                                const std::string& move_id, std::string_view traceparent);

// False: it is not PENDING any more.
[[nodiscard]] bool time_order_out(db::session& s, std::string_view id);

}  // namespace mercat::shopping
