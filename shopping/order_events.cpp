#include "shopping/order_events.hpp"

#include "common/error.hpp"
#include "common/json/document.hpp"
#include "common/messaging/outbox.hpp"

namespace mercat::shopping {

namespace {

constexpr std::size_t longest_reason = 100;  // of the column

// What order.created and the news have in common.
void write_head(json::writer& out, const order& of) {
  out.key("orderId").text(of.id);
  out.key("customerId").Int64(of.customer);
  out.key("email").text_or_null(of.email);
  out.key("amount").money(of.amount.minor_units);
  out.key("currency").text(of.currency);
}

std::string_view news_of(order_state state) {
  if (state == order_state::accepted) return "order.confirmed";
  if (state == order_state::rejected) return "order.refused";
  return "order.cancellation";
}

}  // namespace

void publish_created(db::session& s, const order& placed, std::string_view traceparent) {
  json::writer out;
  out.StartObject();
  write_head(out, placed);
  out.key("items").StartArray();
  for (const auto& line : placed.lines) {
    out.StartObject();
    out.key("productId").Int64(line.product);
    out.key("quantity").Int64(line.quantity);
    out.key("price").money(line.price.minor_units);
    out.EndObject();
  }
  out.EndArray();
  out.EndObject();
  messaging::add_to_outbox(s, "order.created", out.take(), traceparent);
}

void publish_cancelled(db::session& s, const order& cancelled, std::string_view traceparent) {
  json::writer out;
  out.StartObject();
  out.key("orderId").text(cancelled.id);
  out.key("items").StartArray();
  for (const auto& line : cancelled.lines) {
    out.StartObject();
    out.key("productId").Int64(line.product);
    out.key("quantity").Int64(line.quantity);
    out.EndObject();
  }
  out.EndArray();
  out.key("reason").text_or_null(cancelled.reason);
  out.EndObject();
  messaging::add_to_outbox(s, "order.cancelled", out.take(), traceparent);
}

void publish_news(db::session& s, const order& moved, std::string_view traceparent) {
  json::writer out;
  out.StartObject();
  write_head(out, moved);
  out.key("items").StartArray();
  for (const auto& line : moved.lines) {
    out.StartObject();
    out.key("productId").Int64(line.product);
    out.key("name").text(line.name);
    out.key("quantity").Int64(line.quantity);
    out.key("price").money(line.price.minor_units);
    out.key("lineTotal").money(line.total().minor_units);
    out.EndObject();
  }
  out.EndArray();
  if (moved.reason) out.key("reason").text(*moved.reason);
  out.EndObject();
  messaging::add_to_outbox(s, news_of(moved.state), out.take(), traceparent);
}

order_decided order_decided::read(const messaging::event& from) {
  const error invalid{fault::malformed, "invalid-event", from.type + " without what it must have"};
  const auto data = json::document::parse(from.data);
  if (!data.root().IsObject()) throw invalid;
  const auto id = json::text(data.root(), "orderId");
  const auto status = json::text(data.root(), "status");
  if (!id || !is_order_id(*id) || !status) throw invalid;
  const auto state = order_state_named(*status);
  if (state != order_state::accepted && state != order_state::rejected) throw invalid;
  order_decided read{std::string(*id), *state, {}};
  const auto reason = json::text(data.root(), "reason");
  if (reason && reason->size() > longest_reason) throw invalid;
  if (reason) read.reason = std::string(*reason);
  return read;
}

}  // namespace mercat::shopping
