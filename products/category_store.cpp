#include "products/category_store.hpp"

namespace mercat::products::store {

void count_products(db::session& s, const std::map<std::string, std::int64_t>& change) {
  // Types that the collation takes for one are one category; it is written as by its first product.
  for (const auto& [type, more] : change)
    s.execute(
        "INSERT INTO category (type, products) VALUES (?, ?) ON DUPLICATE KEY UPDATE "
        "type = IF(products <= 0, VALUES(type), type), products = products + VALUES(products)",
        type, more);
}

std::vector<std::string> category_names(db::session& s) {
  std::vector<std::string> names;
  for (auto& row : s.query("SELECT type FROM category WHERE products > 0 ORDER BY type"))
    names.push_back(row.take_text(0));
  return names;
}

std::vector<category> counted_categories(db::session& s) {
  std::vector<category> found;
  for (auto& row : s.query("SELECT type, products FROM category WHERE products > 0 ORDER BY type"))
    found.push_back({row.take_text(0), row.integer(1)});
  return found;
}

}  // namespace mercat::products::store
