#include "products/events.hpp"

#include "common/error.hpp"
#include "common/json/document.hpp"

#include <utility>
#include <vector>

namespace mercat::products {

namespace {

error invalid(const messaging::event& what) {
  return {fault::malformed, "invalid-event", what.type + " without what it must have"};
}

std::string required_order_id(const json::value& data, const messaging::event& of) {
  if (!data.IsObject()) throw invalid(of);
  const auto id = json::text(data, "orderId");
  if (!id || !is_order_id(*id)) throw invalid(of);
  return std::string{*id};
}

std::vector<order_line> required_lines(const json::value& data, const messaging::event& of) {
  const auto* items = json::member(data, "items");
  if (items == nullptr || !items->IsArray()) throw invalid(of);
  std::vector<order_line> lines;
  for (const auto& each : items->GetArray()) {
    if (!each.IsObject()) throw invalid(of);
    lines.push_back(
        {json::integer(each, "productId").value_or(0), json::integer(each, "quantity").value_or(0)});
  }
  auto sums = summed(std::move(lines));
  if (!sums) throw invalid(of);
  return std::move(*sums);
}

void on_order_created(db::session& s, const messaging::event& event) {
  decide(s, order_created::read(event).order, event.traceparent);
}

void on_order_cancelled(db::session& s, const messaging::event& event) {
  cancel(s, order_cancelled::read(event).order_id, event.traceparent);
}

}  // namespace

order_created order_created::read(const messaging::event& event) {
  const auto data = json::document::parse(event.data);
  auto id = required_order_id(data.root(), event);
  return {{std::move(id), required_lines(data.root(), event)}};
}

order_cancelled order_cancelled::read(const messaging::event& event) {
  const auto data = json::document::parse(event.data);
  return {required_order_id(data.root(), event)};
}

std::map<std::string, messaging::event_handler> event_handlers() {
  return {{"order.created", {on_order_created, {}}}, {"order.cancelled", {on_order_cancelled, {}}}};
}

}  // namespace mercat::products
