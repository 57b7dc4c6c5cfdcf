#include "shopping/replica.hpp"

#include "common/error.hpp"

namespace mercat::shopping {

namespace {

std::optional<exported_product> read_exported(const json::value& from) {
  const auto* product = json::member(from, "product");
  if (product == nullptr) return std::nullopt;
  auto text = read_offer(*product);
  const auto on_hand = json::integer(*product, "quantity");
  const auto stock_version = json::integer(from, "stockVersion");
  if (!text || !on_hand || !stock_version) return std::nullopt;
  const stock_level stock{text->id, *on_hand, *stock_version};
  return exported_product{std::move(*text), stock};
}

std::optional<tombstone> read_tombstone(const json::value& from) {
  const auto id = json::integer(from, "id");
  const auto version = json::integer(from, "version");
  if (!id || !version) return std::nullopt;
  return tombstone{*id, *version};
}

// false: it cannot be read.
bool read_lists(const json::value& from, replica_page& page) {
  const auto* products = json::member(from, "products");
  const auto* deleted = json::member(from, "deleted");
  if (products == nullptr || !products->IsArray() || deleted == nullptr || !deleted->IsArray()) return false;
  const auto covered = [&page](product_id id) { return id > page.after && id <= page.last(); };
  for (const auto& each : products->GetArray()) {
    auto product = read_exported(each);
    if (!product || !covered(product->text.id)) return false;
    page.products.push_back(std::move(*product));
  }
  for (const auto& each : deleted->GetArray()) {
    const auto gone = read_tombstone(each);
    if (!gone || !covered(gone->product)) return false;
    page.deleted.push_back(*gone);
  }
  return true;
}

}  // namespace

std::optional<replica_page> read_page(const json::value& from, product_id after) {
  if (!from.IsObject()) return std::nullopt;
  try {
    replica_page page;
    page.after = after;
    page.next = json::integer(from, "next");
    if (page.next && *page.next <= after) return std::nullopt;
    if (!read_lists(from, page)) return std::nullopt;
    return page;
  } catch (const error&) {  // a member of another type
    return std::nullopt;
  }
}

}  // namespace mercat::shopping
