#include "shopping/cart.hpp"

#include <algorithm>

namespace mercat::shopping {

namespace {

void write(json::writer& out, const cart_line& line) {
  out.StartObject();
  out.key("product").StartObject();
  out.key("id").Int64(line.product);
  out.key("name").text(line.name);
  out.key("banner").text(line.banner);
  out.key("price").money(line.price.minor_units);
  out.key("currentPrice").money(line.current_price().minor_units);
  out.key("priceChanged").Bool(line.current_price() != line.price);
  out.key("available").Bool(line.available());
  out.EndObject();
  out.key("quantity").Int64(line.quantity);
  out.key("lineTotal").money(line.total().minor_units);
  out.EndObject();
}

void write_members(json::writer& out, const cart& lines, std::string_view currency) {
  out.key("items").StartArray();
  for (const auto& line : lines) write(out, line);
  out.EndArray();
  out.key("total").money(total(lines).minor_units);
  out.key("currency").text(currency);
}

}  // namespace

money total(const cart& lines) {
  money sum;
  for (const auto& line : lines)
    if (line.available()) sum = sum + line.total();
  return sum;
}

std::vector<wanted_product> summed(const std::vector<wanted_product>& items) {
  std::vector<wanted_product> sums;
  for (const auto& item : items) {
    const auto same = std::ranges::find(sums, item.product, &wanted_product::product);
    if (same == sums.end()) {
      sums.push_back(item);
    } else {
      same->quantity += item.quantity;
    }
  }
  return sums;
}

merged_cart merge(const cart& lines, const std::vector<wanted_product>& items,
                  const std::vector<offer>& offers) {
  merged_cart merged;
  auto count = static_cast<std::int64_t>(lines.size());
  for (const auto& item : items) {
    const auto offered = std::ranges::find(offers, item.product, &offer::id);
    const auto there = std::ranges::find(lines, item.product, &cart_line::product);
    if (offered == offers.end()) {
      merged.skipped.push_back({item.product, "product-not-found"});
    } else if (!offered->available) {
      merged.skipped.push_back({item.product, "not-available"});
    } else if (there != lines.end()) {
      merged.changed.push_back(*there);
      merged.changed.back().quantity = std::min(there->quantity + item.quantity, most_per_line);
    } else if (count == most_lines) {
      merged.skipped.push_back({item.product, "cart-full"});
    } else {
      ++count;
      merged.changed.push_back({item.product, offered->name, offered->banner, offered->price,
                                std::min(item.quantity, most_per_line)});
    }
  }
  return merged;
}

void write(json::writer& out, const cart& lines, std::string_view currency) {
  out.StartObject();
  write_members(out, lines, currency);
  out.EndObject();
}

void write(json::writer& out, const cart& lines, const std::vector<skipped_product>& skipped,
           std::string_view currency) {
  out.StartObject();
  write_members(out, lines, currency);
  out.key("skipped").StartArray();
  for (const auto& each : skipped) {
    out.StartObject();
    out.key("productId").Int64(each.product);
    out.key("reason").text(each.reason);
    out.EndObject();
  }
  out.EndArray();
  out.EndObject();
}

}  // namespace mercat::shopping
