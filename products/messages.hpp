// The events this service publishes (design section 6): one struct and one publish() each. publish() writes
// to the outbox inside the transaction of the change; the relay sends it after the commit. traceparent: of
// the request that caused it, or empty.
#pragma once

#include "common/db/session.hpp"
#include "products/order_decision.hpp"
#include "products/product.hpp"

#include <string_view>

namespace mercat::products {

// product.created · product.updated · product.deleted {"product":{…}}, the product as the API shows it. Its
// quantity is of that moment: a replica takes stock from product.stock-changed alone.
struct product_created {
  const product& item;
  std::string_view currency;
};
void publish(db::session& s, const product_created& event, std::string_view traceparent);

struct product_updated {
  const product& item;
  std::string_view currency;
};
void publish(db::session& s, const product_updated& event, std::string_view traceparent);

// Its last state, with the version after it.
struct product_deleted {
  const product& item;
  std::string_view currency;
};
void publish(db::session& s, const product_deleted& event, std::string_view traceparent);

// product.stock-changed {"productId","onHand","stockVersion"}
struct stock_changed {
  products::product_id product_id = 0;
  stock_level level;
};
void publish(db::session& s, const stock_changed& event, std::string_view traceparent);

// order.decided {"orderId","status":"ACCEPTED"|"REJECTED","reason"?,"decidedAt"}
struct order_decided {
  std::string_view order_id;
  order_status status;
  std::string_view reason;  // of a rejection, else empty
  db::sql_time decided_at;
};
void publish(db::session& s, const order_decided& event, std::string_view traceparent);

}  // namespace mercat::products
