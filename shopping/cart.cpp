#include "shopping/cart.hpp"

#include "common/error.hpp"

namespace mercat::shopping {

namespace {

void write(json::writer& out, const cart_line& line, const current_offers& now) {
  const auto* offered = now.of(line.product);
  const auto current_price = offered != nullptr ? offered->price : line.price;
  out.StartObject();
  out.key("product").StartObject();
  out.key("id").Int64(line.product);
  out.key("name").text(line.name);
  out.key("banner").text(line.banner);
  out.key("price").money(line.price.minor_units);
  out.key("currentPrice").money(current_price.minor_units);
  out.key("priceChanged").Bool(current_price != line.price);
  out.key("available").Bool(now.available(line.product));
  out.EndObject();
  out.key("quantity").Int64(line.quantity);
  out.key("lineTotal").money(line.total().minor_units);
  out.EndObject();
}

}  // namespace

money total(const cart& lines, const current_offers& now) {
  money sum;
  for (const auto& line : lines)
    if (now.available(line.product)) sum = sum + line.total();
  return sum;
}

void write(json::writer& out, const cart& lines, const current_offers& now, std::string_view currency) {
  out.StartObject();
  out.key("items").StartArray();
  for (const auto& line : lines) write(out, line, now);
  out.EndArray();
  out.key("total").money(total(lines, now).minor_units);
  out.key("currency").text(currency);
  out.EndObject();
}

std::optional<offer> read_offer(const json::value& from) {
  if (!from.IsObject()) return std::nullopt;
  try {
    const auto id = json::integer(from, "id");
    const auto name = json::text(from, "name");
    const auto* price = json::member(from, "price");
    const auto amount = price != nullptr ? json::minor_units(*price) : std::nullopt;
    if (!id || !name || !amount) return std::nullopt;
    return offer{*id, std::string(*name), std::string(json::text(from, "banner").value_or("")),
                 money{*amount}, json::boolean(from, "available").value_or(true)};
  } catch (const error&) {  // a member of another type
    return std::nullopt;
  }
}

}  // namespace mercat::shopping
