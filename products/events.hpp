// The events products hears (docs/messages.md): one struct each, read from the event's data. read() throws
// error(fault::malformed): such an event goes to the dead letters.
#pragma once

#include "common/messaging/consumer.hpp"
#include "products/orders.hpp"

#include <map>
#include <string>

namespace mercat::products {

inline constexpr const char* event_queue = "products.events";

// order.created {orderId,items:[{productId,quantity,…}],…}; prices and the customer are not read.
struct order_created {
  placed_order order;
  [[nodiscard]] static order_created read(const messaging::event& event);
};

// order.cancelled {orderId,…}; what goes back is what was taken, not what the event says.
struct order_cancelled {
  std::string order_id;
  [[nodiscard]] static order_cancelled read(const messaging::event& event);
};

[[nodiscard]] std::map<std::string, messaging::event_handler> event_handlers();

}  // namespace mercat::products
