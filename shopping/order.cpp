#include "shopping/order.hpp"

#include <algorithm>

namespace mercat::shopping {

namespace {

struct named_state {
  order_state state;
  std::string_view name;
};
constexpr std::array names{
    named_state{order_state::pending, "PENDING"},
    named_state{order_state::accepted, "ACCEPTED"},
    named_state{order_state::rejected, "REJECTED"},
    named_state{order_state::cancelled, "CANCELLED"},
};

}  // namespace

std::string_view name(order_state state) noexcept {
  return std::ranges::find(names, state, &named_state::state)->name;
}

std::optional<order_state> order_state_named(std::string_view text) noexcept {
  const auto* const found = std::ranges::find(names, text, &named_state::name);
  if (found == names.end()) return std::nullopt;
  return found->state;
}

bool may_move(order_state from, order_state to) noexcept {
  return std::ranges::any_of(
      legal_moves, [from, to](const legal_move& each) { return each.from == from && each.to == to; });
}

std::vector<order_state> origins_of(order_state to) {
  std::vector<order_state> origins;
  for (const auto& each : legal_moves)
    if (each.to == to) origins.push_back(each.from);
  return origins;
}

money amount_of(const std::vector<order_line>& lines) {
  money sum;
  for (const auto& line : lines) sum = sum + line.total();
  return sum;
}

bool is_order_id(std::string_view text) noexcept {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

}  // namespace mercat::shopping
