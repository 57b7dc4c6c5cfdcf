// The SQL of the search index: what is written with a product, in the transaction that writes it. How it is
// read: listing_store.hpp. What it is made of: README.md, "Search".
#pragma once

#include "common/db/pool.hpp"
#include "products/product.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace mercat::products::store {

// Replaces what was there for each id. Once per transaction, after the products are written, `version`s as
// written: then concurrent writers wait for each other only over words that are new to the shop. At most a
// few hundred items at a time.
void index_for_search(db::session& s, std::span<const product> items);
void remove_from_search(db::session& s, product_id id);

// Folded (search_words.hpp). Several texts at once: join them with a line break.
[[nodiscard]] std::string fold(db::session& s, std::string_view text);

// At start, after the migrations: indexes in batches the products that have no index, or that of another
// version, because something older than the index wrote them. Repeatable; replicas may do it at once. Blocks.
// Returns how many it indexed.
std::size_t index_missing(db::pool& database);

}  // namespace mercat::products::store
