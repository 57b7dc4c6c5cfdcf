#include "customer/messages.hpp"

#include "common/json/document.hpp"
#include "common/messaging/outbox.hpp"

namespace mercat::customer {

void publish(db::session& s, const signed_up& event, std::string_view traceparent) {
  json::writer data;
  data.StartObject();
  data.key("customerId").Int64(event.customer_id);
  data.key("email").text(event.email);
  data.key("name");
  if (event.name) {
    data.text(*event.name);
  } else {
    data.Null();
  }
  data.EndObject();
  messaging::add_to_outbox(s, "customer.signed-up", data.take(), traceparent);
}

void publish(db::session& s, const deleted& event, std::string_view traceparent) {
  json::writer data;
  data.StartObject();
  data.key("customerId").Int64(event.customer_id);
  data.EndObject();
  messaging::add_to_outbox(s, "customer.deleted", data.take(), traceparent);
}

}  // namespace mercat::customer
