// Lists of the catalogue: what may be asked for, and the cursor that leads from page to page. Domain only: no
// database or HTTP here.
#pragma once

#include "products/product.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mercat::products {

inline constexpr std::size_t longest_query = 200;  // characters
inline constexpr std::size_t most_terms = 8;

enum class list_order { by_id, newest, cheapest, dearest, by_name };
inline constexpr std::size_t list_orders = 5;

// "price", "-price", "name" or "newest". Throws error(fault::malformed, "invalid-query").
[[nodiscard]] list_order read_order(std::string_view text);

// Minor units of a decimal with at most two places, "19.99". name: of the parameter, for the detail. Throws
// error(fault::malformed, "invalid-query").
[[nodiscard]] money read_price(std::string_view name, std::string_view text);

// Where a product stands in a list of any order. Ties go by id, so no two stand at one place.
struct list_position {
  product_id id = 0;
  money price;
  std::string name;
};

// The place before the first of an order.
[[nodiscard]] list_position before_first(list_order order);

struct list_request {
  std::optional<std::string> category;
  std::string query;  // as the user wrote it; empty: everything
  money least;
  money most{std::numeric_limits<std::int64_t>::max()};
  list_order order = list_order::by_id;
  std::int64_t limit = 20;
  list_position after;

  [[nodiscard]] bool price_matters() const noexcept;
  // May have to look at many products for each that is shown.
  [[nodiscard]] bool is_search() const noexcept;
};

// What does not need the words themselves. Throws error(fault::malformed, "invalid-query").
void require_sensible(const list_request& asked);

// The distinct words of a folded query (search_words.hpp), longest first: each must occur in a product.
// Throws error(fault::malformed, "invalid-query") beyond most_terms.
[[nodiscard]] std::vector<std::string> terms_of(std::string_view folded_query);

struct listed_page {
  std::vector<product> products;
  std::vector<std::string> categories;  // all of the shop, not of the page
  std::optional<std::string> next_cursor;
};

struct category {
  std::string name;
  std::int64_t count = 0;
};

// The cursor is opaque text for clients: base64url of the order and the place behind which the next page
// begins. It names a place, not a row, so it outlives the row.
[[nodiscard]] std::string write_cursor(list_order order, const list_position& last);
// Throws error(fault::malformed, "invalid-cursor"), also for a cursor of another order.
[[nodiscard]] list_position read_cursor(list_order order, std::string_view text);

}  // namespace mercat::products
