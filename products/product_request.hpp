// What PRODUCT_RPC is asked, read from the data of a request (docs/messages.md). All throw
// error(fault::malformed). Domain only: no database, HTTP or broker here.
#pragma once

#include "products/product.hpp"

#include <cstdint>
#include <vector>

namespace mercat::products {

// VIEW_PRODUCT: an id in any of its forms (read_product_id).
[[nodiscard]] product_id require_id(const json::value& data);

// VIEW_PRODUCTS: a list of at most 1000 ids.
[[nodiscard]] std::vector<product_id> require_ids(const json::value& data);

// EXPORT_PRODUCTS: {after: 0 or more, limit: 1 to 500}, either of which may be missing.
inline constexpr std::int64_t most_exported = 500;
struct export_request {
  product_id after = 0;
  std::int64_t limit = most_exported;
  [[nodiscard]] static export_request read(const json::value& data);
};

}  // namespace mercat::products
