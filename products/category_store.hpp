// The SQL of table category: which types of product there are, and how many of each. Functions run inside a
// unit of work, those that write inside the transaction that changes the products.
#pragma once

#include "common/db/pool.hpp"
#include "common/db/session.hpp"
#include "products/listing.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace mercat::products::store {

// So many more (or less) of each type. Rows are locked after those of the products, in the order of the bytes
// of the names given, which is not the collation's: two who change several spellings of the same types may
// wait for each other. InnoDB ends one of them (1213), and db::pool does it again.
void count_products(db::session& s, const std::map<std::string, std::int64_t>& change);

// Makes right what is wrong, and returns how many were. At a start: replicas of a version before this table
// do not count, and may have run beside it during an upgrade. Blocks for one walk over an index of the
// products; rows are locked only when one is wrong. Throws db::transient when others hold them for too long.
std::size_t recount_categories(db::pool& database);

// Those with at least one product, by name.
[[nodiscard]] std::vector<std::string> category_names(db::session& s);
[[nodiscard]] std::vector<category> counted_categories(db::session& s);

}  // namespace mercat::products::store
