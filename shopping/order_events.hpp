// The events of orders (docs/messages.md). publish_…: into the outbox, inside the transaction of the change.
// traceparent: of what caused it, or empty.
#pragma once

#include "common/db/session.hpp"
#include "common/messaging/event.hpp"
#include "shopping/order.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace mercat::shopping {

// order.created {orderId,customerId,email,items:[{productId,quantity,price}],amount,currency}: products
// decides.
void publish_created(db::session& s, const order& placed, std::string_view traceparent);

// order.cancelled {orderId,items:[{productId,quantity}],reason}: products gives the stock back, or never
// takes it.
void publish_cancelled(db::session& s, const order& cancelled, std::string_view traceparent);

// What the customer is told of a move, by mail: order.confirmed, order.refused or order.cancellation
// {orderId,customerId,email,items:[{productId,name,quantity,price,lineTotal}],amount,currency,reason?}. Of
// the order's state and reason as they are now.
void publish_news(db::session& s, const order& moved, std::string_view traceparent);

// order.decided {orderId,status,reason?,decidedAt} of products.
struct order_decided {
  std::string order_id;
  order_state state = order_state::accepted;  // or rejected
  std::optional<std::string> reason;

  // Throws fault::malformed "invalid-event".
  static order_decided read(const messaging::event& from);
};

}  // namespace mercat::shopping
