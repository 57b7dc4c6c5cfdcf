// A customer's cart. Domain only: no database, HTTP or broker here.
#pragma once

#include "common/json/document.hpp"
#include "common/money.hpp"
#include "shopping/offer.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mercat::shopping {

inline constexpr std::int64_t most_per_line = 999;
inline constexpr std::int64_t most_lines = 100;  // keeps a cart's answer bounded

// What the product replica says of a product in a cart.
struct product_now {
  money price;
  bool available = true;
  bool gone = false;  // deleted; price is what it was last
};

// A product in the cart, with name, picture and price as they were when it was put there.
struct cart_line {
  product_id product = 0;
  std::string name;
  std::string banner;
  money price;
  std::int64_t quantity = 1;
  std::optional<product_now> now{};  // null: not in the replica yet; it is shown as it was put in

  [[nodiscard]] money total() const { return price * quantity; }
  [[nodiscard]] money current_price() const { return now && !now->gone ? now->price : price; }
  [[nodiscard]] bool available() const { return !now || (now->available && !now->gone); }
};

using cart = std::vector<cart_line>;

// The amount of what is available; the rest stays in the cart, outside the total.
[[nodiscard]] money total(const cart& lines);

// A product that a customer wants so many of.
struct wanted_product {
  product_id product = 0;
  std::int64_t quantity = 0;
};

// A wanted product that did not get into the cart. reason: a stable slug.
struct skipped_product {
  product_id product = 0;
  std::string_view reason;
};

// Each product once, with the sum of its quantities, in order of first appearance.
[[nodiscard]] std::vector<wanted_product> summed(const std::vector<wanted_product>& items);

struct merged_cart {
  cart changed;  // the lines to be written
  std::vector<skipped_product> skipped;
};
// What adding `items`, each product once, makes of a cart. `offers`: those of their products that exist. A
// line that is there keeps its name and price, so that the customer still sees that the price changed; its
// quantity ends at most_per_line.
[[nodiscard]] merged_cart merge(const cart& lines, const std::vector<wanted_product>& items,
                                const std::vector<offer>& offers);

void write(json::writer& out, const cart& lines, std::string_view currency);
// With a member `skipped`.
void write(json::writer& out, const cart& lines, const std::vector<skipped_product>& skipped,
           std::string_view currency);

}  // namespace mercat::shopping
