// The SQL of placing and moving orders. Functions run inside a unit of work (common/db/pool.hpp).
#pragma once

#include "common/db/session.hpp"
#include "shopping/order.hpp"
#include "shopping/order_request.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mercat::shopping::store {

// A cart as it stands before an order, and what its customer ordered before: one statement, so one moment.
// Without a cart: no lines.
struct cart_to_order {
  std::int64_t version = 0;
  order_time now{};  // the database's time
  std::optional<order_time>
      nth_newest{};  // when the customer's nth newest order was placed; null: there are fewer
  std::vector<stocked_line> lines;
};
// nth: which order's time is wanted, from 1; 0: none's.
[[nodiscard]] cart_to_order cart_to_order_of(db::session& s, customer_id customer, std::int64_t nth);

// Locks the cart until the transaction ends and gives its version; null: there is none.
[[nodiscard]] std::optional<std::int64_t> lock_cart_to_order(db::session& s, customer_id customer);
// Empties it. The cart must be locked.
void take_cart(db::session& s, customer_id customer);

// What became of an Idempotency-Key.
struct used_key {
  std::string body_hash;
  std::string order_id;
  std::string answer;  // JSON; empty once the customer is deleted
};
[[nodiscard]] std::optional<used_key> find_key(db::session& s, customer_id customer, std::string_view key);
// In a transaction: waits for a transaction that is just using it, so for a commit that is on its way.
[[nodiscard]] std::optional<used_key> await_key(db::session& s, customer_id customer, std::string_view key);
// False: the key is used. Waits for a transaction that is just using it.
[[nodiscard]] bool use_key(db::session& s, customer_id customer, std::string_view key, const used_key& as);

// With its lines and the first row of its history. Throws fault::already_exists "txn-number-taken".
void add_order(db::session& s, const order& placed);

// The order, locked until the transaction ends, without its lines; without e-mail, too, when the customer is
// deleted and the order waits to be blanked. Null: there is none.
[[nodiscard]] std::optional<order> lock_order(db::session& s, std::string_view id);
[[nodiscard]] std::vector<order_line> lines_of_order(db::session& s, std::string_view id);

// One conditional UPDATE, and the row of the history. False, and nothing was done, when the order is in none
// of the states `from`; there must be one or two of them.
[[nodiscard]] bool move_order(db::session& s, std::string_view id, std::span<const order_state> from,
                              order_state to, const std::optional<std::string>& reason,
                              const std::optional<std::string>& move_id = {});
// Waits for a transaction that holds the order, so for a commit that is still on its way.
[[nodiscard]] bool was_moved(db::session& s, std::string_view id, const std::string& move_id);

}  // namespace mercat::shopping::store
