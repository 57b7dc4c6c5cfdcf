// The SQL of table product and of what was deleted from it; stock has its own, stock_store.hpp. Functions run
// inside a unit of work (common/db/pool.hpp), those that write inside a transaction.
#pragma once

#include "common/db/session.hpp"
#include "products/product.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace mercat::products::store {

[[nodiscard]] std::optional<product> find(db::session& s, product_id id);
// Those found, in the order asked; ids: at most 1,000.
[[nodiscard]] std::vector<product> find_all(db::session& s, std::span<const product_id> ids);
[[nodiscard]] std::optional<product> find_by_sku(db::session& s, std::string_view sku);
// The ids of those that are there. skus: at most 1,000.
[[nodiscard]] std::unordered_map<std::string, product_id> find_ids(db::session& s,
                                                                   std::span<const std::string> skus);

// New products with their first stock; gives them their ids. created_at and updated_at are the caller's.
// items: at most 1,000. Throws fault::already_exists "sku-taken".
void insert(db::session& s, std::span<product> items);
// A new product. One whose sku is known is left as it is, but gets its stock where it has none. true: it was
// new.
bool add(db::session& s, const product& item);
// changed.version: the one the change was made on. Stock is left alone. The product as it is now. Throws
// fault::not_found "product-not-found", fault::conflict "version-conflict", fault::already_exists
// "sku-taken".
[[nodiscard]] product update(db::session& s, const product& changed);
// The product's last state, with the version after it, which its tombstone keeps. Throws fault::not_found
// "product-not-found".
[[nodiscard]] product remove(db::session& s, product_id id);
[[nodiscard]] bool is_deleted(db::session& s, product_id id);

// All products and tombstones behind `after`, in id order, at most `limit` in all, fewer where they are long
// (about 1 MiB): the state of one moment, as it is one statement.
[[nodiscard]] export_page export_after(db::session& s, product_id after, std::int64_t limit);

}  // namespace mercat::products::store
