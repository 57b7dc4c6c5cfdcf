#include "products/product_request.hpp"

#include "common/error.hpp"

namespace mercat::products {

namespace {

constexpr std::size_t most_ids = 1000;

}  // namespace

product_id require_id(const json::value& data) {
  if (const auto id = read_product_id(data)) return *id;
  throw error(fault::malformed, "invalid-product-id", "a product id is a positive integer");
}

std::vector<product_id> require_ids(const json::value& data) {
  if (!data.IsArray() || data.Size() > most_ids)
    throw error(fault::malformed, "invalid-product-ids", "data must be a list of at most 1000 product ids");
  std::vector<product_id> ids;
  ids.reserve(data.Size());
  for (const auto& each : data.GetArray()) ids.push_back(require_id(each));
  return ids;
}

export_request export_request::read(const json::value& data) {
  export_request wanted;
  wanted.after = json::integer(data, "after").value_or(wanted.after);
  wanted.limit = json::integer(data, "limit").value_or(wanted.limit);
  if (!data.IsObject() || wanted.after < 0 || wanted.limit < 1 || wanted.limit > most_exported)
    throw error(fault::malformed, "invalid-export", "data must be {after: 0 or more, limit: 1 to 500}");
  return wanted;
}

}  // namespace mercat::products
