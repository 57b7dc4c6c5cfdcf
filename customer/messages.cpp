#include "customer/messages.hpp"

#include "common/json/document.hpp"
#include "common/messaging/outbox.hpp"
#include "common/rfc3339.hpp"

namespace mercat::customer {

namespace {

constexpr auto signed_up_type = "customer.signed-up";
constexpr auto password_forgotten_type = "customer.password-forgotten";

}  // namespace

void publish(db::session& s, const signed_up& event, std::string_view traceparent) {
  json::writer data;
  data.StartObject();
  data.key("customerId").Int64(event.customer_id);
  data.key("email").text(event.email);
  data.key("name").text_or_null(event.name);
  data.EndObject();
  messaging::add_to_outbox(s, signed_up_type, data.take(), traceparent);
}

void publish(db::session& s, const password_forgotten& event, std::string_view traceparent) {
  json::writer data;
  data.StartObject();
  data.key("customerId").Int64(event.customer_id);
  data.key("email").text(event.email);
  data.key("name").text_or_null(event.name);
  data.key("token").text(event.token);
  data.key("expiresAt").text(rfc3339(event.expires_at));
  data.EndObject();
  messaging::add_to_outbox(s, password_forgotten_type, data.take(), traceparent);
}

void withdraw_letters(db::session& s, std::int64_t customer_id) {
  for (const auto* type : {signed_up_type, password_forgotten_type})
    messaging::take_from_outbox(s, type, "customerId", customer_id);
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
