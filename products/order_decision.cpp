#include "products/order_decision.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace mercat::products {

namespace {

constexpr std::array<std::pair<order_status, std::string_view>, 3> names{
    {{order_status::accepted, "ACCEPTED"},
     {order_status::rejected, "REJECTED"},
     {order_status::cancelled, "CANCELLED"}}};

}  // namespace

std::string_view to_text(order_status status) noexcept {
  return std::ranges::find(names, status, [](const auto& each) { return each.first; })->second;
}

std::optional<order_status> read_order_status(std::string_view text) noexcept {
  const auto* const found = std::ranges::find(names, text, [](const auto& each) { return each.second; });
  if (found == names.end()) return std::nullopt;
  return found->first;
}

order_step when_created(std::optional<order_status> known) noexcept {
  return known ? order_step::nothing : order_step::decide;
}

order_step when_cancelled(std::optional<order_status> known) noexcept {
  if (!known) return order_step::remember;
  return *known == order_status::accepted ? order_step::give_back : order_step::nothing;
}

std::optional<std::vector<order_line>> summed(std::vector<order_line> lines) {
  if (lines.empty() || lines.size() > most_order_lines) return std::nullopt;
  std::ranges::sort(lines, {}, &order_line::product_id);
  std::vector<order_line> sums;
  for (const auto& each : lines) {
    // Each is bounded before it is added, so that no sum can overflow.
    if (each.product_id < 1 || each.quantity < 1 || each.quantity > most_on_hand) return std::nullopt;
    if (sums.empty() || sums.back().product_id != each.product_id) {
      sums.push_back(each);
    } else {
      sums.back().quantity += each.quantity;
    }
    if (sums.back().quantity > most_on_hand) return std::nullopt;
  }
  return sums;
}

bool is_order_id(std::string_view text) noexcept {
  constexpr std::string_view form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return text.size() == form.size() && std::ranges::equal(text, form, [](char c, char wanted) {
           if (wanted == '-') return c == '-';
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace mercat::products
