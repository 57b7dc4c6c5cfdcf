// The SQL of order decisions. Functions run inside a transaction (common/db/pool.hpp), the one that moves the
// stock (stock_store.hpp) and writes the events.
#pragma once

#include "common/db/session.hpp"
#include "products/order_decision.hpp"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace mercat::products::store {

// What is decided about this order; null: nothing yet, and then the caller has to, in this transaction. Who
// asks about the same order meanwhile waits until it ends.
[[nodiscard]] std::optional<order_status> lock_decision(db::session& s, std::string_view order_id);

// taken: the lines of an accepted order, one per product. reason: of a rejected one, else empty.
void accept(db::session& s, std::string_view order_id, std::span<const order_line> taken, db::sql_time at);
void reject(db::session& s, std::string_view order_id, std::string_view reason, db::sql_time at);
void cancel(db::session& s, std::string_view order_id);

// What an accepted order took, in the order of product ids.
[[nodiscard]] std::vector<order_line> taken_by(db::session& s, std::string_view order_id);

// Is the product in the catalogue, and for sale?
[[nodiscard]] bool is_for_sale(db::session& s, product_id id);

// What was moved since mark_stock() is undone by undo_stock(), and the transaction goes on.
void mark_stock(db::session& s);
void undo_stock(db::session& s);

}  // namespace mercat::products::store
