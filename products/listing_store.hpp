// The SQL of lists: filtered, searched, in any order, page by page. Functions run inside a unit of work.
//
// Every way is bounded. What the filter leaves few of is found by its index (the words, the prices) and then
// put in order; what it leaves many of is met soon while walking the index of the order.
#pragma once

#include "common/db/session.hpp"
#include "products/listing.hpp"

#include <span>
#include <string>
#include <vector>

namespace mercat::products::store {

// At most `limit` places behind asked.after, in its order. terms: folded; all must occur.
[[nodiscard]] std::vector<list_position> positions(db::session& s, const list_request& asked,
                                                   std::span<const std::string> terms, std::int64_t limit);

}  // namespace mercat::products::store
