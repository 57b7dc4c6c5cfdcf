#include "shopping/offer.hpp"

#include "common/error.hpp"

namespace mercat::shopping {

std::optional<offer> read_offer(const json::value& from) {
  if (!from.IsObject()) return std::nullopt;
  try {
    const auto id = json::integer(from, "id");
    const auto version = json::integer(from, "version");
    const auto name = json::text(from, "name");
    const auto* price = json::member(from, "price");
    const auto amount = price != nullptr ? json::minor_units(*price) : std::nullopt;
    if (!id || *id < 1 || !version || *version < 1 || !name || !amount) return std::nullopt;
    return offer{*id,
                 *version,
                 std::string(*name),
                 std::string(json::text(from, "banner").value_or("")),
                 money{*amount},
                 json::boolean(from, "available").value_or(true)};
  } catch (const error&) {  // a member of another type
    return std::nullopt;
  }
}

}  // namespace mercat::shopping
