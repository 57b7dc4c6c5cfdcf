#include "shopping/order_view.hpp"

#include "common/auth/base64url.hpp"
#include "common/error.hpp"
#include "common/json/document.hpp"
#include "common/rfc3339.hpp"

namespace mercat::shopping {

namespace {

constexpr std::size_t longest_page = 512UL * 1024;  // bytes; answers stay under 1 MB
constexpr std::string_view cursor_version = "o1.";

void write_what(json::writer& out, const order& of) {
  out.key("amount").money(of.amount.minor_units);
  out.key("currency").text(of.currency);
  out.key("items").StartArray();
  for (const auto& line : of.lines) {
    out.StartObject();
    out.key("productId").Int64(line.product);
    out.key("name").text(line.name);
    out.key("banner").text(line.banner);
    out.key("price").money(line.price.minor_units);
    out.key("quantity").Int64(line.quantity);
    out.key("lineTotal").money(line.total().minor_units);
    out.EndObject();
  }
  out.EndArray();
  out.key("address");
  if (of.address) {
    out.raw(*of.address);
  } else {
    out.Null();
  }
  out.key("txnNumber").text_or_null(of.txn_number);
  out.key("createdAt").text(rfc3339(of.created_at));
}

void write_members(json::writer& out, const order& of, shown_to whom) {
  out.key("orderId").text(of.id);
  if (whom == shown_to::staff) {
    out.key("customerId").Int64(of.customer);
    out.key("email").text_or_null(of.email);
  }
  out.key("status").text(name(of.state));
  out.key("reason").text_or_null(of.reason);
  write_what(out, of);
  out.key("updatedAt").text(rfc3339(of.updated_at));
}

std::string json_of(const order& of, shown_to whom) {
  json::writer out;
  out.StartObject();
  write_members(out, of, whom);
  out.EndObject();
  return out.take();
}

}  // namespace

std::string json_of_placed(const order& placed) {
  json::writer out;
  out.StartObject();
  out.key("orderId").text(placed.id);
  out.key("status").text(name(placed.state));
  write_what(out, placed);
  out.EndObject();
  return out.take();
}

std::string json_of(const order_with_history& one, shown_to whom) {
  json::writer out;
  out.StartObject();
  write_members(out, one.whole, whom);
  out.key("history").StartArray();
  for (const auto& step : one.history) {
    out.StartObject();
    out.key("status").text(name(step.state));
    out.key("reason").text_or_null(step.reason);
    out.key("at").text(rfc3339(step.at));
    out.EndObject();
  }
  out.EndArray();
  out.EndObject();
  return out.take();
}

std::string json_of_page(const std::vector<order>& orders, std::size_t limit, shown_to whom) {
  json::writer out;
  std::size_t shown = 0;
  std::size_t size = 0;
  out.StartObject();
  out.key("orders").StartArray();
  while (shown < orders.size() && shown < limit) {
    const auto each = json_of(orders[shown], whom);
    size += each.size();
    if (shown > 0 && size > longest_page) break;
    out.raw(each);
    ++shown;
  }
  out.EndArray();
  out.key("nextCursor");
  if (shown < orders.size()) {
    out.text(write_order_cursor(orders[shown - 1].id));
  } else {
    out.Null();
  }
  out.EndObject();
  return out.take();
}

std::string write_order_cursor(const std::string& last_id) {
  return auth::base64url(std::string(cursor_version) + last_id);
}

std::string read_order_cursor(std::string_view text) {
  auto decoded = auth::from_base64url(text);
  if (decoded && decoded->starts_with(cursor_version)) {
    auto id = decoded->substr(cursor_version.size());
    if (is_order_id(id)) return id;
  }
  throw error(fault::malformed, "invalid-cursor", "cursor must be the nextCursor of an earlier answer");
}

}  // namespace mercat::shopping
