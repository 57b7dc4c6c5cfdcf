#include "shopping/order_routes.hpp"

#include "common/http/problem.hpp"
#include "common/messaging/traceparent.hpp"
#include "common/sha256.hpp"
#include "shopping/etag.hpp"
#include "shopping/order_view.hpp"

namespace mercat::shopping {

namespace {

using http::request;
using http::response;

const json::schema order_body{R"({
  "type": "object",
  "properties": {
    "addressId": {"type": ["integer", "null"], "minimum": 1, "maximum": 9223372036854775807},
    "txnNumber": {"type": ["string", "null"]},
    "acceptPriceChange": {"type": ["boolean", "null"]}
  }
})"};

constexpr long default_limit = 20;
constexpr long highest_limit = 100;

std::string trace_of(const request& asked) {
  return std::string(messaging::valid_traceparent(asked.headers.get("traceparent")));
}

order_page page_of(const request& asked) {
  order_page page;
  page.limit = static_cast<std::size_t>(asked.query.integer("limit", default_limit, 1, highest_limit));
  if (const auto* cursor = asked.query.find("cursor")) page.before = read_order_cursor(*cursor);
  return page;
}

// Malformed is nobody's.
const std::string& order_id_in(const request& asked) {
  const auto& id = asked.parameter("id");
  if (!is_order_id(id)) throw error(fault::not_found, "order-not-found", "there is no such order");
  return id;
}

// The problem with one more member: lines:[{productId,quantity,price,currentPrice}].
response problem_of(const order_refused& refused, const request& asked) {
  auto answer = http::problem(refused, asked.path, asked.id);
  if (refused.lines().empty()) return answer;
  json::writer lines;
  lines.StartArray();
  for (const auto& each : refused.lines()) {
    lines.StartObject();
    lines.key("productId").Int64(each.product);
    lines.key("quantity").Int64(each.quantity);
    lines.key("price").money(each.price.minor_units);
    lines.key("currentPrice");
    if (each.current_price) {
      lines.money(each.current_price->minor_units);
    } else {
      lines.Null();
    }
    lines.EndObject();
  }
  lines.EndArray();
  answer.body.pop_back();  // the end of the object
  answer.body += ",\"lines\":" + lines.take() + "}";
  return answer;
}

async::task<response> place(order_placing& placing, const request& asked) {
  order_caller caller;
  caller.who = asked.identity();
  caller.key = asked.headers.get("Idempotency-Key");
  caller.traceparent = trace_of(asked);
  check_idempotency_key(caller.key, asked.headers.count("Idempotency-Key"));
  auto wanted = order_request::read(asked.json.value().root());
  std::optional<response> refused;
  try {
    const auto placed = co_await placing.place(std::move(caller), std::move(wanted), asked.deadline);
    auto answer = response::json(placed.answer);
    if (placed.created) answer.status = 201;
    answer.headers.emplace_back("Location", "/orders/" + placed.id);
    co_return answer;
  } catch (const order_refused& refusal) {
    refused = problem_of(refusal, asked);
  }
  co_return std::move(*refused);
}

response answer_with(const request& asked, const order_with_history& one, shown_to whom) {
  return tagged(asked, json_of(one, whom), "\"" + std::to_string(one.whole.version) + "\"");
}

response answer_with(const request& asked, const std::vector<order>& found, const order_page& page,
                     shown_to whom) {
  auto body = json_of_page(found, page.limit, whom);
  auto tag = "\"" + sha256(body).substr(0, 32) + "\"";
  return tagged(asked, std::move(body), std::move(tag));
}

async::task<response> find_own(orders& all, const request& asked) {
  const auto found = co_await all.find_own(asked.identity().customer_id, order_id_in(asked), asked.deadline);
  co_return answer_with(asked, found, shown_to::customer);
}

async::task<response> list_own(orders& all, const request& asked) {
  const auto page = page_of(asked);
  const auto found = co_await all.list_own(asked.identity().customer_id, page, asked.deadline);
  co_return answer_with(asked, found, page, shown_to::customer);
}

async::task<response> cancel(orders& all, const request& asked) {
  const auto& id = order_id_in(asked);
  auto traceparent = trace_of(asked);
  const auto now =
      co_await all.cancel(asked.identity().customer_id, id, std::move(traceparent), asked.deadline);
  auto answer = response::json(json_of(now, shown_to::customer));
  answer.headers.emplace_back("ETag", "\"" + std::to_string(now.whole.version) + "\"");
  co_return answer;
}

async::task<response> find_any(orders& all, const request& asked) {
  const auto found = co_await all.find(order_id_in(asked), asked.deadline);
  co_return answer_with(asked, found, shown_to::staff);
}

async::task<response> list_all(orders& all, const request& asked) {
  const auto page = page_of(asked);
  std::optional<order_state> state;
  if (const auto* status = asked.query.find("status")) {
    state = order_state_named(*status);
    if (!state)
      throw error(fault::malformed, "invalid-status",
                  "status must be PENDING, ACCEPTED, REJECTED or CANCELLED");
  }
  const auto found = co_await all.list(state, page, asked.deadline);
  co_return answer_with(asked, found, page, shown_to::staff);
}

}  // namespace

void add_order_routes(http::route_table& table, order_placing& placing, orders& all) {
  using http::access;
  using http::method;
  table.push_back({method::post, "/orders", access::user,
                   [&placing](const request& r) { return place(placing, r); }, &order_body});
  table.push_back(
      {method::get, "/orders", access::user, [&all](const request& r) { return list_own(all, r); }});
  table.push_back(
      {method::get, "/orders/{id}", access::user, [&all](const request& r) { return find_own(all, r); }});
  table.push_back({method::post, "/orders/{id}/cancel", access::user,
                   [&all](const request& r) { return cancel(all, r); }});
  table.push_back(
      {method::get, "/admin/orders", access::admin, [&all](const request& r) { return list_all(all, r); }});
  table.push_back({method::get, "/admin/orders/{id}", access::admin,
                   [&all](const request& r) { return find_any(all, r); }});
}

}  // namespace mercat::shopping
