#include "products/messages.hpp"

#include "common/json/document.hpp"
#include "common/messaging/outbox.hpp"
#include "common/rfc3339.hpp"

namespace mercat::products {

namespace {

std::string data_of(const product& item, std::string_view currency) {
  json::writer data;
  data.StartObject();
  data.key("product");
  write(data, item, currency);
  data.EndObject();
  return data.take();
}

}  // namespace

void publish(db::session& s, const product_created& event, std::string_view traceparent) {
  messaging::add_to_outbox(s, "product.created", data_of(event.item, event.currency), traceparent);
}

void publish(db::session& s, const product_updated& event, std::string_view traceparent) {
  messaging::add_to_outbox(s, "product.updated", data_of(event.item, event.currency), traceparent);
}

void publish(db::session& s, const product_deleted& event, std::string_view traceparent) {
  messaging::add_to_outbox(s, "product.deleted", data_of(event.item, event.currency), traceparent);
}

void publish(db::session& s, const stock_changed& event, std::string_view traceparent) {
  json::writer data;
  data.StartObject();
  data.key("productId").Int64(event.product_id);
  data.key("onHand").Int64(event.level.on_hand);
  data.key("stockVersion").Int64(event.level.stock_version);
  data.EndObject();
  messaging::add_to_outbox(s, "product.stock-changed", data.take(), traceparent);
}

void publish(db::session& s, const order_decided& event, std::string_view traceparent) {
  json::writer data;
  data.StartObject();
  data.key("orderId").text(event.order_id);
  data.key("status").text(to_text(event.status));
  if (!event.reason.empty()) data.key("reason").text(event.reason);
  data.key("decidedAt").text(rfc3339(event.decided_at));
  data.EndObject();
  messaging::add_to_outbox(s, "order.decided", data.take(), traceparent);
}

}  // namespace mercat::products
