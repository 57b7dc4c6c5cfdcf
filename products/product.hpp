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

inline constexpr std::int64_t most_on_hand = 1'000'000'000;

// The staff count anew, or a delivery comes.
struct stock_adjustment {
  std::int64_t delta = 0;  // never 0
  std::string reason;
};

// A change of stock. cause: what it is counted for, once per product: "opening", "adjustment:<uuid>",
// "order-taken:<order>", "order-returned:<order>".
struct stock_movement {
  products::product_id product_id = 0;
  std::string cause;
  std::int64_t delta = 0;
  std::string reason;
};

// stock_version grows by one with each change of on_hand.
struct stock_level {
  std::int64_t on_hand = 0;
  std::int64_t stock_version = 0;
};

enum class stock_move {
  done,
  repeated,  // this cause was counted before; nothing changed
  unknown,   // no such product
  too_few,   // it would leave less than nothing; nothing changed
  too_many,  // it would leave more than most_on_hand; nothing changed
};
struct stock_moved {
  stock_move outcome = stock_move::unknown;
  stock_level level;  // done, repeated: after the movement; too_few, too_many: as it is
};

// A piece of the catalogue as replicas are rebuilt from: products and what was deleted, in id order.
struct exported_product {
  product item;
  std::int64_t stock_version = 0;
};
struct deleted_product {
  product_id id = 0;
  std::int64_t version = 0;  // one above the last that lived
};
struct export_page {
  std::vector<exported_product> products;
  std::vector<deleted_product> deleted;
  std::optional<product_id> next;  // to be given as `after`; null at the end
};

// A product id as it comes in messages: a number, its digits, or {"product_id": either}. Null when it is
// none.
[[nodiscard]] std::optional<product_id> read_product_id(const json::value& data);

void write(json::writer& out, const product& item, std::string_view currency);

}  // namespace mercat::products
