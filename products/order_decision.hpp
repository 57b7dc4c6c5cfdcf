// What becomes of an order's wish for stock, whatever order its events come in. Domain only: no database,
// HTTP or broker here.
#pragma once

#include "products/product.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace mercat::products {

struct order_line {
  products::product_id product_id = 0;
  std::int64_t quantity = 0;

  friend bool operator==(const order_line&, const order_line&) = default;
};

// accepted: all its lines were taken from stock. rejected: none was. cancelled: none is taken now, nor ever.
enum class order_status { accepted, rejected, cancelled };

// As it is stored and told: "ACCEPTED", "REJECTED", "CANCELLED".
[[nodiscard]] std::string_view to_text(order_status status) noexcept;
[[nodiscard]] std::optional<order_status> read_order_status(std::string_view text) noexcept;

// Why an order is rejected.
inline constexpr std::string_view items_unavailable = "items-unavailable";  // not sold, or not any more
inline constexpr std::string_view out_of_stock = "out-of-stock";

enum class order_step {
  nothing,
  decide,     // take all lines and accept, or none and reject
  remember,   // cancelled before it was heard of: nothing is to be taken
  give_back,  // return what was taken
};
// The order was placed, or cancelled; known: what is decided so far, if anything.
[[nodiscard]] order_step when_created(std::optional<order_status> known) noexcept;
[[nodiscard]] order_step when_cancelled(std::optional<order_status> known) noexcept;

inline constexpr std::size_t most_order_lines = 1000;

// One line for each product, quantities summed, in the order of ids: the order in which stock is locked. Null
// where they are no lines of an order: none, too many, an id or a quantity below 1, a sum that no stock can
// hold.
[[nodiscard]] std::optional<std::vector<order_line>> summed(std::vector<order_line> lines);

// Is it a UUID in canonical lower-case text?
[[nodiscard]] bool is_order_id(std::string_view text) noexcept;

}  // namespace mercat::products
