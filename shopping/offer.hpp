// A product as products describes it: what shopping knows of one. Domain only: no database, HTTP or broker
// here.
#pragma once

#include "common/json/document.hpp"
#include "common/money.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace mercat::shopping {

using customer_id = std::int64_t;
using product_id = std::int64_t;

struct offer {
  product_id id = 0;
  std::int64_t version = 0;  // of the product's text, from 1; of two offers, the one with the higher is newer
  std::string name;
  std::string banner;
  money price;
  bool available = true;
};

// Of a product as events and PRODUCT_RPC carry it; null when it is not one.
[[nodiscard]] std::optional<offer> read_offer(const json::value& from);

}  // namespace mercat::shopping
