// The SQL of products, and all of it. Functions run inside a unit of work (common/db/pool.hpp).
#pragma once

#include "common/db/session.hpp"
#include "products/product.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mercat::products::store {

// At most `limit` products with an id above `after`, in id order.
[[nodiscard]] std::vector<product> list(db::session& s, product_id after, std::int64_t limit);
[[nodiscard]] std::vector<std::string> categories(db::session& s);
[[nodiscard]] std::optional<product> find(db::session& s, product_id id);
// Those found, in the order asked; ids: at most 1,000.
[[nodiscard]] std::vector<product> find_all(db::session& s, std::span<const product_id> ids);
// A new product with its stock. One whose sku is known is left as it is. true: it was new.
bool add(db::session& s, const product& item);

}  // namespace mercat::products::store
