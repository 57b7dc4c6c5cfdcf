// The SQL of looking at orders. Functions run inside a unit of work (common/db/pool.hpp).
#pragma once

#include "common/db/session.hpp"
#include "shopping/order.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mercat::shopping::store {

// State and history are of one moment; the lines never change. Null: there is none.
[[nodiscard]] std::optional<order_with_history> find_order(db::session& s, std::string_view id);

// Newest first, at most `most`, those before the id `before` (none: from the newest), with their lines.
[[nodiscard]] std::vector<order> orders_of(db::session& s, customer_id customer,
                                           const std::optional<std::string>& before, std::int64_t most);
// Of everybody, in this state or in any.
[[nodiscard]] std::vector<order> all_orders(db::session& s, std::optional<order_state> state,
                                            const std::optional<std::string>& before, std::int64_t most);

}  // namespace mercat::shopping::store
