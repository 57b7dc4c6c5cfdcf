// What orders do to stock. Each function is one order's turn inside the transaction of the event it is done
// for: decision, stock, ledger and events stand or fall together. Whatever order and number the events of an
// order come in, the end is the same (order_decision.hpp). Stock is locked in the order of product ids, so
// that orders wait for each other, but never in a circle.
#pragma once

#include "common/db/session.hpp"
#include "products/order_decision.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mercat::products {

struct placed_order {
  std::string id;
  std::vector<order_line> lines;  // as summed() gives them
};

// Takes all lines or none; writes order.decided, and product.stock-changed for each product.
void decide(db::session& s, const placed_order& order, std::string_view traceparent);

// What was taken goes back, once; what is not decided never will be.
void cancel(db::session& s, std::string_view order_id, std::string_view traceparent);

}  // namespace mercat::products
