#include "products/stock_store.hpp"

#include "products/bulk_insert.hpp"

#include <limits>

namespace mercat::products::store {

namespace {

constexpr std::int64_t no_limit = std::numeric_limits<std::int64_t>::max();

stock_level level_of(const db::row& row) {
  return {row.integer(0), row.integer(1)};
}

void write_down(db::session& s, const stock_movement& made, const stock_level& after) {
  s.execute(
      "INSERT INTO stock_movement (product_id, cause, delta, on_hand, stock_version, reason, created_at) "
      "VALUES (?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6))",
      made.product_id, made.cause, made.delta, after.on_hand, after.stock_version, made.reason);
}

stock_moved move_within(db::session& s, const stock_movement& wanted, std::int64_t most) {
  // The lock comes first: behind it nobody else counts for this product, so that looking for the cause and
  // writing it are one.
  const auto now = s.query_one("SELECT on_hand, stock_version FROM stock WHERE product_id = ? FOR UPDATE",
                               wanted.product_id);
  if (!now) return {stock_move::unknown, {}};
  if (const auto before = find_movement(s, wanted.product_id, wanted.cause))
    return {stock_move::repeated, *before};
  const auto changed = s.execute(
      "UPDATE stock SET on_hand = on_hand + ?, stock_version = stock_version + 1 "
      "WHERE product_id = ? AND on_hand + ? BETWEEN 0 AND ?",
      wanted.delta, wanted.product_id, wanted.delta, most);
  const auto level = level_of(*now);
  if (changed == 0) return {wanted.delta < 0 ? stock_move::too_few : stock_move::too_many, level};
  const stock_level after{level.on_hand + wanted.delta, level.stock_version + 1};
  write_down(s, wanted, after);
  return {stock_move::done, after};
}

}  // namespace

// IGNORE: a product may have lost its stock, or have it already, where an earlier version was interrupted.
void open_stock(db::session& s, std::span<const product> items) {
  static const bulk_insert stock{"INSERT IGNORE INTO stock (product_id, on_hand, stock_version) VALUES ",
                                 "(?, ?, 1)"};
  static const bulk_insert movement{
      "INSERT IGNORE INTO stock_movement "
      "(product_id, cause, delta, on_hand, stock_version, reason, created_at) VALUES ",
      "(?, 'opening', ?, ?, 1, 'first stock', UTC_TIMESTAMP(6))"};
  stock.run(s, items, [](const product& item, auto& args) {
    args.emplace_back(item.id);
    args.emplace_back(item.quantity);
  });
  movement.run(s, items, [](const product& item, auto& args) {
    args.emplace_back(item.id);
    args.emplace_back(item.quantity);
    args.emplace_back(item.quantity);
  });
}

stock_moved move_stock(db::session& s, const stock_movement& wanted) {
  // Returned goods may have filled it beyond the limit; taking from it goes on.
  const auto most = wanted.delta > 0 ? most_on_hand : no_limit;
  return move_within(s, wanted, most);
}

stock_moved return_stock(db::session& s, const stock_movement& wanted) {
  const auto moved = move_within(s, wanted, no_limit);
  if (moved.outcome == stock_move::unknown && !find_movement(s, wanted.product_id, wanted.cause))
    write_down(s, wanted, {0, 0});
  return moved;
}

std::optional<stock_level> find_movement(db::session& s, product_id id, std::string_view cause) {
  const auto found = s.query_one(
      "SELECT on_hand, stock_version FROM stock_movement WHERE product_id = ? AND cause = ?", id, cause);
  if (!found) return std::nullopt;
  return level_of(*found);
}

}  // namespace mercat::products::store
