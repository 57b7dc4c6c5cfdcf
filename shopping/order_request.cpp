#include "shopping/order_request.hpp"

#include "common/sha256.hpp"

#include <algorithm>
#include <functional>

namespace mercat::shopping {

namespace {

constexpr std::size_t longest = 64;  // of a key and of a transaction's number

bool visible(std::string_view text) {
  return !text.empty() && text.size() <= longest &&
         std::ranges::all_of(text, [](char c) { return c >= '!' && c <= '~'; });
}

const offer* offer_of(const std::vector<offer>& offers, product_id product) {
  const auto found = std::ranges::find(offers, product, &offer::id);
  return found == offers.end() ? nullptr : &*found;
}

refused_line refused(const cart_line& line, const offer* now) {
  refused_line out{line.product, line.quantity, line.price};
  if (now != nullptr) out.current_price = now->price;
  return out;
}

}  // namespace

order_request order_request::read(const json::value& body) {
  order_request read;
  read.address_id = json::integer(body, "addressId");
  if (const auto number = json::text(body, "txnNumber")) read.txn_number = std::string(*number);
  read.accept_price_change = json::boolean(body, "acceptPriceChange").value_or(false);
  if (read.txn_number && !visible(*read.txn_number)) {
    error refused{fault::malformed, "invalid-body", "a member of the body breaks its rule"};
    refused.with({{"/txnNumber", "must be 1 to 64 visible ASCII characters"}});
    throw refused;
  }
  return read;
}

std::string order_request::hash() const {
  std::string meaning = "address ";
  if (address_id) meaning += std::to_string(*address_id);
  meaning += "\ntransaction ";
  if (txn_number) meaning += *txn_number;
  meaning += "\nprice change ";
  meaning += accept_price_change ? "accepted" : "not accepted";
  return sha256(meaning);
}

void check_idempotency_key(std::string_view key, std::size_t headers) {
  if (headers == 0)
    throw error(
        fault::malformed, "idempotency-key-required",
        "the header Idempotency-Key is required; repeat a request with the same key, never a new order");
  if (headers > 1 || !visible(key))
    throw error(fault::malformed, "idempotency-key-invalid",
                "Idempotency-Key must be given once, with 1 to 64 visible ASCII characters");
}

void check_pace(const std::optional<order_time>& nth_newest, order_time now) {
  if (!nth_newest) return;
  const auto free_at = *nth_newest + std::chrono::hours{1};
  if (free_at <= now) return;
  error refused{fault::too_many_requests, "too-many-orders", "no more orders can be placed within this hour"};
  refused.retry_in(std::chrono::ceil<std::chrono::seconds>(free_at - now));
  throw refused;
}

std::optional<order_refused> refusal(const std::vector<stocked_line>& lines_of_cart,
                                     const std::vector<offer>& offers, bool accept_price_change) {
  std::vector<refused_line> unavailable;
  std::vector<refused_line> too_few;
  std::vector<refused_line> repriced;
  for (const auto& [line, on_hand] : lines_of_cart) {
    const auto* const now = offer_of(offers, line.product);
    if (now == nullptr || !now->available) {
      unavailable.push_back(refused(line, now));
    } else if (on_hand && *on_hand < line.quantity) {
      too_few.push_back(refused(line, now));
    } else if (now->price != line.price) {
      repriced.push_back(refused(line, now));
    }
  }
  if (lines_of_cart.empty()) return order_refused{"cart-empty", "there is nothing in the cart", {}};
  if (!unavailable.empty())
    return order_refused{"items-unavailable", "something in the cart cannot be had any more",
                         std::move(unavailable)};
  if (!too_few.empty())
    return order_refused{"out-of-stock", "there is less of something than the cart holds",
                         std::move(too_few)};
  if (!repriced.empty() && !accept_price_change)
    return order_refused{"price-changed",
                         "a price is not what it was when the product was put into the cart; look at the "
                         "cart, and order with acceptPriceChange",
                         std::move(repriced)};
  return std::nullopt;
}

std::vector<order_line> lines_of_order(const std::vector<stocked_line>& lines_of_cart,
                                       const std::vector<offer>& offers) {
  std::vector<order_line> lines;
  for (const auto& each : lines_of_cart) {
    const auto* const now = offer_of(offers, each.line.product);
    lines.push_back({now->id, now->name, now->banner, now->price, each.line.quantity});
  }
  return lines;
}

}  // namespace mercat::shopping
