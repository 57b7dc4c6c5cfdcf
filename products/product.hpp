// What the shop sells. Domain only: no database, HTTP or broker here.
#pragma once

#include "common/json/document.hpp"
#include "common/money.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mercat::products {

using product_id = std::int64_t;

struct product {
  product_id id = 0;
  std::string sku;
  std::string name;
  std::string description;
  std::string type;  // its category
  std::string unit;
  money price;
  bool available = true;
  std::int64_t quantity = 0;  // on hand
  std::string supplier;
  std::string banner;  // URL path of its picture
  std::int64_t version = 1;
  std::chrono::sys_time<std::chrono::microseconds> created_at{};
  std::chrono::sys_time<std::chrono::microseconds> updated_at{};
};

// A page of products in id order, which stays stable under concurrent inserts.
struct product_page {
  std::vector<product> products;
  std::vector<std::string> categories;   // all of the shop, not of the page
  std::optional<product_id> next_after;  // null at the end
};

// The opaque cursor of a list: where the next page begins.
[[nodiscard]] std::string write_cursor(product_id after);
// Throws error(fault::malformed, "invalid-cursor").
[[nodiscard]] product_id read_cursor(std::string_view text);

// A product id as it comes in messages: a number, its digits, or {"product_id": either}. Null when it is
// none.
[[nodiscard]] std::optional<product_id> read_product_id(const json::value& data);

void write(json::writer& out, const product& item, std::string_view currency);

}  // namespace mercat::products
