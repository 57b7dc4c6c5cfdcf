// The SQL of stock and its ledger. Functions run inside a transaction (common/db/pool.hpp): what they change,
// the ledger and the event of it stand or fall together. Every change of stock goes through move_stock() or
// return_stock().
#pragma once

#include "common/db/session.hpp"
#include "products/product.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace mercat::products::store {

// The first stock of new products, their quantity, with stock version 1.
void open_stock(db::session& s, std::span<const product> items);

// Locks the stock of the product until the transaction ends: who moves several goes in the order of their
// ids.
[[nodiscard]] stock_moved move_stock(db::session& s, const stock_movement& wanted);

// What a cancelled order gives back. Goods are not turned away: there is no upper limit. Of a product that is
// gone only the ledger tells, with 0 on hand and stock version 0: stock_move::unknown.
[[nodiscard]] stock_moved return_stock(db::session& s, const stock_movement& wanted);

// What a movement left; null when none was made for this cause.
[[nodiscard]] std::optional<stock_level> find_movement(db::session& s, product_id id, std::string_view cause);

}  // namespace mercat::products::store
