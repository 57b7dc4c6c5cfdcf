// The part of the judge that looks at stock: products' side of the orders.
#pragma once

#include "tests/chaos/judge.hpp"

namespace mercat::chaos {

[[nodiscard]] verdict stock_is_right(const record& told_, const truth& there);
[[nodiscard]] verdict ledger_adds_up(const record& told_, const truth& there);
[[nodiscard]] verdict each_order_moved_stock_once(const truth& there);
[[nodiscard]] verdict adjustments_counted_once(const record& told_, const truth& there);

}  // namespace mercat::chaos
