// The product replica: what shopping keeps of products' data to read a cart without asking. A row has two
// halves, each with a version of its own, because products changes text and stock apart: a half is changed by
// newer versions only, so that events may come late, twice and in any order. Domain only: no database, HTTP
// or broker here. docs/adr/0009.
#pragma once

#include "shopping/offer.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace mercat::shopping {

struct stock_level {
  product_id product = 0;
  std::int64_t on_hand = 0;
  std::int64_t version = 0;  // from 1
};

struct exported_product {
  offer text;
  stock_level stock;
};

struct tombstone {
  product_id product = 0;
  std::int64_t version = 0;  // of the text, one above the last state's
};

// All that products has, deleted products included, of the ids after < id <= next.
struct replica_page {
  product_id after = 0;
  std::optional<product_id> next;  // null: to the end
  std::vector<exported_product> products;
  std::vector<tombstone> deleted;

  [[nodiscard]] product_id last() const { return next.value_or(std::numeric_limits<product_id>::max()); }
};

// Of an answer to EXPORT_PRODUCTS; null when it is none, or not about this range.
[[nodiscard]] std::optional<replica_page> read_page(const json::value& from, product_id after);

}  // namespace mercat::shopping
