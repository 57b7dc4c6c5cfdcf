// The shapes of the request bodies of the staff (JSON Schema draft 4; lengths count code points). What a
// schema cannot say is checked in product_form.hpp.
#pragma once

#include "common/json/schema.hpp"

#include <cstddef>

namespace mercat::products::schemas {

// 10,000 code points of description, each of them escaped as \uXXXX\uXXXX, and the rest.
inline constexpr std::size_t product_body_limit = std::size_t{256} * 1024;

[[nodiscard]] const json::schema& new_product();
[[nodiscard]] const json::schema& changed_product();
[[nodiscard]] const json::schema& stock_adjustment();

}  // namespace mercat::products::schemas
