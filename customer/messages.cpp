#include "customer/messages.hpp"

#include "common/json/document.hpp"
#include "common/messaging/outbox.hpp"
#include "common/rfc3339.hpp"

namespace mercat::customer {

namespace {

constexpr auto signed_up_type = "customer.signed-up";

}  // namespace

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
  messaging::add_to_outbox(s, signed_up_type, data.take(), traceparent);
}

void withdraw_signed_up(db::session& s, std::int64_t customer_id) {
  messaging::take_from_outbox(s, signed_up_type, "customerId", customer_id);
}

void publish(db::session& s, const deleted& event, std::string_view traceparent) {
  json::writer data;
  data.StartObject();
  data.key("customerId").Int64(event.customer_id);
  data.EndObject();
  messaging::add_to_outbox(s, "customer.deleted", data.take(), traceparent);
}

void publish(db::session& s, const revocation& event, std::string_view traceparent) {
  json::writer data;
  data.StartObject();
  data.key("customerId").Int64(event.customer_id);
  data.key("before").text(rfc3339(event.before));
  data.EndObject();
  messaging::add_to_outbox(s, "customer.sessions-revoked", data.take(), traceparent);
}

}  // namespace mercat::customer
