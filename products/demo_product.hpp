// Made-up products that look like real ones, for shops of any size in development.
#pragma once

#include "products/product.hpp"

namespace mercat::products {

inline constexpr std::int64_t most_generated = 9'999'999;

// number: 1 to most_generated. The same number gives the same product, with sku GEN-<number, 7 digits>; its
// id and times are not set.
[[nodiscard]] product demo_product(std::int64_t number);

}  // namespace mercat::products
