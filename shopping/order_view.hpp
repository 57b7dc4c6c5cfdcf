// Orders as the API shows them.
#pragma once

#include "shopping/order.hpp"

#include <string>
#include <vector>

namespace mercat::shopping {

// Whom an order is shown to: staff sees customerId and email too.
enum class shown_to { customer, staff };

// {orderId,status,amount,currency,items,address,txnNumber,createdAt}: the answer of placing it.
[[nodiscard]] std::string json_of_placed(const order& placed);

// {orderId,status,reason,amount,currency,items,address,txnNumber,createdAt,updatedAt}, then history.
[[nodiscard]] std::string json_of(const order_with_history& one, shown_to whom);

// {orders:[… without history …],nextCursor}. `orders`: up to one more than `limit`, which tells that there
// is a next page. A page ends early when its text gets long.
[[nodiscard]] std::string json_of_page(const std::vector<order>& orders, std::size_t limit, shown_to whom);

// The cursor behind this order: opaque text for clients.
[[nodiscard]] std::string write_order_cursor(const std::string& last_id);
// Throws fault::malformed "invalid-cursor".
[[nodiscard]] std::string read_order_cursor(std::string_view text);

}  // namespace mercat::shopping
