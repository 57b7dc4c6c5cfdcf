#include "products/category_store.hpp"

namespace mercat::products::store {

namespace {

constexpr int most_tries = 3;

// One statement sees one moment, and a product changes in one transaction with its count: so this is exact
// also while others write. A plain read: it waits for nobody.
std::vector<category> wrong_counts(db::session& s) {
  std::vector<category> found;
  for (auto& row : s.query("SELECT c.type, COALESCE(p.n, 0) FROM category c LEFT JOIN "
                           "(SELECT type, COUNT(*) AS n FROM product GROUP BY type) p ON p.type = c.type "
                           "WHERE c.products <> COALESCE(p.n, 0) ORDER BY c.type"))
    found.push_back({row.take_text(0), row.integer(1)});
  return found;
}

void add_missing(db::session& s) {
  for (const auto& row :
       s.query("SELECT p.type FROM (SELECT DISTINCT type FROM product) p LEFT JOIN category c "
               "ON c.type = p.type WHERE c.type IS NULL ORDER BY p.type"))
    s.execute("INSERT IGNORE INTO category (type, products) VALUES (?, 0)", row.text(0));
}

// Who holds all rows has seen the end of every change that was counted before; those that come later add to
// what is written here.
std::size_t recount(db::session& s) {
  add_missing(s);
  if (wrong_counts(s).empty()) return 0;
  s.execute("START TRANSACTION");  // an exception ends the connection, and the transaction with it
  static_cast<void>(s.query("SELECT type FROM category ORDER BY type FOR UPDATE"));
  const auto wrong = wrong_counts(s);
  for (const auto& each : wrong)
    s.execute("UPDATE category SET products = ? WHERE type = ?", each.count, each.name);
  s.execute("COMMIT");
  return wrong.size();
}

}  // namespace

std::size_t recount_categories(db::pool& database) {
  for (int tries = 1;; ++tries) {
    try {
      std::size_t corrected = 0;
      database.run_blocking([&corrected](db::session& s) { corrected = recount(s); });
      return corrected;
    } catch (const db::transient&) {
      // Someone who changes products, or another replica that starts, holds a row.
      if (tries == most_tries) throw;
    }
  }
}

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
