#include "products/product.hpp"

#include "common/number.hpp"
#include "common/rfc3339.hpp"

namespace mercat::products {

namespace {

std::optional<product_id> positive(std::string_view digits) {
  const auto id = whole_number<product_id>(digits);
  return id && *id > 0 ? id : std::nullopt;
}

}  // namespace

std::optional<product_id> read_product_id(const json::value& data) {
  if (data.IsObject()) {
    const auto* inner = json::member(data, "product_id");
    return inner != nullptr && !inner->IsObject() ? read_product_id(*inner) : std::nullopt;
  }
  if (data.IsInt64() && data.GetInt64() > 0) return data.GetInt64();
  if (data.IsString()) return positive({data.GetString(), data.GetStringLength()});
  return std::nullopt;
}

void write(json::writer& out, const product& item, std::string_view currency) {
  out.StartObject();
  out.key("id").Int64(item.id);
  out.key("sku").text(item.sku);
  out.key("name").text(item.name);
  out.key("description").text(item.description);
  out.key("type").text(item.type);
  out.key("unit").text(item.unit);
  out.key("price").money(item.price.minor_units);
  out.key("currency").text(currency);
  out.key("available").Bool(item.available);
  out.key("quantity").Int64(item.quantity);
  out.key("supplier").text(item.supplier);
  out.key("banner").text(item.banner);
  out.key("version").Int64(item.version);
  out.key("createdAt").text(rfc3339(item.created_at));
  out.key("updatedAt").text(rfc3339(item.updated_at));
  out.EndObject();
}

}  // namespace mercat::products
