// The SQL of table category: which types of product there are, and how many of each. Functions run inside a
// unit of work, those that write inside the transaction that changes the products.
#pragma once

#include "common/db/session.hpp"
#include "products/listing.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace mercat::products::store {

// So many more (or less) of each type. Rows are locked in the order of the names, after those of the
// products.
void count_products(db::session& s, const std::map<std::string, std::int64_t>& change);

// Those with at least one product, by name.
[[nodiscard]] std::vector<std::string> category_names(db::session& s);
[[nodiscard]] std::vector<category> counted_categories(db::session& s);

}  // namespace mercat::products::store
