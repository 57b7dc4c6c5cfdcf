// What a customer asks for with POST /orders, and whether the cart can be ordered like that. Domain only: no
// database, HTTP or broker here.
#pragma once

#include "common/error.hpp"
#include "shopping/cart.hpp"
#include "shopping/offer.hpp"
#include "shopping/order.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mercat::shopping {

struct order_rules {
  std::string currency;            // ISO 4217 code of the one shop currency
  std::int64_t most_per_hour = 0;  // orders of one customer; 0: any number
};

struct order_request {
  std::optional<std::int64_t> address_id;
  std::optional<std::string> txn_number;
  bool accept_price_change = false;

  // Throws fault::malformed "invalid-body" for a txnNumber that is not 1 to 64 visible ASCII characters.
  [[nodiscard]] static order_request read(const json::value& body);
  // SHA-256 in hex of what is asked for: two bodies that mean the same have the same.
  [[nodiscard]] std::string hash() const;
};

// 1 to 64 visible ASCII characters. Throws fault::malformed "idempotency-key-required" when there is none,
// "idempotency-key-invalid".
void check_idempotency_key(std::string_view key, std::size_t headers);

// One more order: may it be placed, when `nth_newest` is when the customer placed the oldest of as many as
// may be in an hour? Null: there were not so many yet. Throws fault::too_many_requests "too-many-orders",
// which says when.
void check_pace(const std::optional<order_time>& nth_newest, order_time now);

// A line of the cart that stands against the order, with what the client needs to show it.
struct refused_line {
  product_id product = 0;
  std::int64_t quantity = 0;
  money price;                           // as it was put into the cart
  std::optional<money> current_price{};  // of a product that is still there
};

// fault::conflict "cart-empty", "items-unavailable", "out-of-stock" or "price-changed".
class order_refused : public error {
 public:
  order_refused(std::string slug, std::string detail, std::vector<refused_line> lines)
      : error(fault::conflict, std::move(slug), std::move(detail)), lines_(std::move(lines)) {}
  [[nodiscard]] const std::vector<refused_line>& lines() const noexcept { return lines_; }

 private:
  std::vector<refused_line> lines_;
};

// A line of the cart, and what the replica says of the stock. Null: it does not know.
struct stocked_line {
  cart_line line;
  std::optional<std::int64_t> on_hand;
};

// Why this cart cannot be ordered; null: it can. `offers`: what products says of its products just now. The
// replica's stock refuses only what is clearly not there: products decides.
[[nodiscard]] std::optional<order_refused> refusal(const std::vector<stocked_line>& lines_of_cart,
                                                   const std::vector<offer>& offers,
                                                   bool accept_price_change);

// The lines of the order: names, pictures and prices of this moment. Every line must have its offer.
[[nodiscard]] std::vector<order_line> lines_of_order(const std::vector<stocked_line>& lines_of_cart,
                                                     const std::vector<offer>& offers);

}  // namespace mercat::shopping
