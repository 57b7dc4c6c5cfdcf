// An order: its states, the legal moves between them, its lines and its amount. Domain only: no database,
// HTTP or broker here. docs/adr/0011.
#pragma once

#include "common/money.hpp"
#include "shopping/cart.hpp"
#include "shopping/offer.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mercat::shopping {

using order_time = std::chrono::sys_time<std::chrono::microseconds>;

enum class order_state { pending, accepted, rejected, cancelled };
inline constexpr std::array all_order_states{order_state::pending, order_state::accepted,
                                             order_state::rejected, order_state::cancelled};

// "PENDING" … as the API, the messages and the table write it.
[[nodiscard]] std::string_view name(order_state state) noexcept;
[[nodiscard]] std::optional<order_state> order_state_named(std::string_view text) noexcept;

// The table of legal moves. Whatever is not in it does not happen, whoever asks for it and how often.
struct legal_move {
  order_state from;
  order_state to;
};
inline constexpr std::array legal_moves{
    legal_move{order_state::pending, order_state::accepted},
    legal_move{order_state::pending, order_state::rejected},
    legal_move{order_state::pending, order_state::cancelled},
    legal_move{order_state::accepted, order_state::cancelled},
};
[[nodiscard]] bool may_move(order_state from, order_state to) noexcept;
// The states from which one may move there; none: it is never moved to.
[[nodiscard]] std::vector<order_state> origins_of(order_state to);

// A product as it was when it was ordered.
struct order_line {
  product_id product = 0;
  std::string name;
  std::string banner;
  money price;
  std::int64_t quantity = 1;

  [[nodiscard]] money total() const { return price * quantity; }
};
[[nodiscard]] money amount_of(const std::vector<order_line>& lines);

struct order {
  std::string id;  // UUIDv7
  customer_id customer = 0;
  order_state state = order_state::pending;
  std::optional<std::string> reason{};
  std::int64_t version = 1;  // grows with every change that can be seen
  money amount;
  std::string currency;
  std::optional<std::string> email{};
  std::optional<std::string> address{};  // JSON, as customer described it
  std::optional<std::string> txn_number{};
  order_time created_at{};
  order_time updated_at{};
  std::vector<order_line> lines{};
};

struct order_step {
  order_state state = order_state::pending;
  std::optional<std::string> reason;
  order_time at{};
};
using order_history = std::vector<order_step>;

struct order_with_history {
  order whole;
  order_history history;  // oldest first, from PENDING on
};

// Is it an id in the one way we write it? What is not can be nobody's order.
[[nodiscard]] bool is_order_id(std::string_view text) noexcept;

}  // namespace mercat::shopping
