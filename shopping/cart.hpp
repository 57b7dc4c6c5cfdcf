// A customer's cart. Domain only: no database, HTTP or broker here.
#pragma once

#include "common/json/document.hpp"
#include "common/money.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mercat::shopping {

using customer_id = std::int64_t;
using product_id = std::int64_t;

inline constexpr std::int64_t most_per_line = 999;
inline constexpr std::int64_t most_lines = 100;  // keeps a cart's answer and its one RPC bounded

// A product as products describes it now.
struct offer {
  product_id id = 0;
  std::string name;
  std::string banner;
  money price;
  bool available = true;
};

// A product in the cart, with name, picture and price as they were when it was put there.
struct cart_line {
  product_id product = 0;
  std::string name;
  std::string banner;
  money price;
  std::int64_t quantity = 1;

  [[nodiscard]] money total() const { return price * quantity; }
};

using cart = std::vector<cart_line>;

// What products says of the products in a cart. Those not in `offers` are gone since. `known` is false when
// products could not be asked: then the cart is shown as it was put together.
struct current_offers {
  bool known = false;
  std::map<product_id, offer> offers;

  [[nodiscard]] const offer* of(product_id id) const {
    const auto found = offers.find(id);
    return found == offers.end() ? nullptr : &found->second;
  }
  [[nodiscard]] bool available(product_id id) const {
    const auto* found = of(id);
    return !known || (found != nullptr && found->available);
  }
};

// The amount of what is available; the rest stays in the cart, outside the total.
[[nodiscard]] money total(const cart& lines, const current_offers& now);

void write(json::writer& out, const cart& lines, const current_offers& now, std::string_view currency);

// Of a product in an answer of PRODUCT_RPC; null when it is not one.
[[nodiscard]] std::optional<offer> read_offer(const json::value& from);

}  // namespace mercat::shopping
