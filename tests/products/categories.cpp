// Categories are counted while products change, and must be what a count over all products would say.
#include "products/category_store.hpp"
#include "tests/products/assortment_of_test.hpp"

#include <algorithm>

using namespace mercat;
using namespace mercat::products;
using test::assortment_of_test;
using test::soon;

namespace {

struct counted : assortment_of_test {
  product of_type(const std::string& sku, const std::string& type) {
    auto item = lamp(sku);
    item.type = type;
    return create(item);
  }
  // "lamps 2, tables 1"
  std::string shown() {
    std::string text;
    for (const auto& each : await([&] { return shop.categories(soon()); }))
      text += (text.empty() ? "" : ", ") + each.name + " " + std::to_string(each.count);
    return text;
  }
  std::int64_t wrong() {
    return number(
        "SELECT COUNT(*) FROM category c LEFT JOIN (SELECT type, COUNT(*) n FROM product GROUP BY type) p "
        "ON p.type = c.type WHERE c.products <> COALESCE(p.n, 0)");
  }
};

async::task<void> change(assortment& goods, product item, int how) {
  if (how == 0) {
    co_await goods.remove(item.id, soon());
  } else if (how == 1) {
    co_await goods.update(item, soon());
  } else {
    item.sku += "-more";
    co_await goods.create(item, soon());
  }
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_category_counts_what_comes_and_goes, counted) {
  BOOST_TEST(shown().empty());
  const auto first = of_type("L-1", "lamps");
  of_type("L-2", "lamps");
  const auto table = of_type("T-1", "tables");
  BOOST_TEST(shown() == "lamps 2, tables 1");
  remove(first.id);
  remove(table.id);
  BOOST_TEST(shown() == "lamps 1");
}

BOOST_FIXTURE_TEST_CASE(a_product_that_changes_its_type_changes_both_categories, counted) {
  auto item = of_type("L-1", "lamps");
  of_type("L-2", "lamps");
  item.type = "tables";
  item = update(item);
  BOOST_TEST(shown() == "lamps 1, tables 1");
  item.name = "Low table";
  update(item);
  BOOST_TEST(shown() == "lamps 1, tables 1");
}

BOOST_FIXTURE_TEST_CASE(spellings_that_are_one_to_the_list_are_one_category, counted) {
  const auto first = of_type("L-1", "Lamps");
  auto second = of_type("L-2", "lamps");
  BOOST_TEST(shown() == "Lamps 2");
  remove(first.id);
  second.type = "LAMPS";
  update(second);
  BOOST_TEST(shown() == "Lamps 1");  // as when there was none yet
}

BOOST_FIXTURE_TEST_CASE(a_refused_change_counts_nothing, counted) {
  auto item = of_type("L-1", "lamps");
  BOOST_CHECK_THROW(of_type("L-1", "tables"), error);
  item.version = 7;
  item.type = "tables";
  BOOST_CHECK_THROW(update(item), error);
  BOOST_TEST(shown() == "lamps 1");
}

BOOST_FIXTURE_TEST_CASE(a_recount_corrects_what_was_not_counted, counted) {
  of_type("L-1", "Lamps");
  of_type("L-2", "lamps");
  of_type("T-1", "tables");
  BOOST_TEST(store::recount_categories(database) == 0U);
  schema.as_root([](db::session& s) {
    s.execute("UPDATE category SET products = 7 WHERE type = 'lamps'");
    s.execute("DELETE FROM category WHERE type = 'tables'");
    s.execute("INSERT INTO category VALUES ('chairs', 3)");
  });
  BOOST_TEST(shown() == "chairs 3, Lamps 7");
  BOOST_TEST(store::recount_categories(database) == 3U);
  BOOST_TEST(shown() == "Lamps 2, tables 1");
  BOOST_TEST(wrong() == 0);
}

BOOST_FIXTURE_TEST_CASE(changes_at_once_are_all_counted, counted) {
  std::vector<product> items;
  for (int i = 0; i < 12; ++i)
    items.push_back(of_type("S-" + std::to_string(i), i % 2 == 0 ? "lamps" : "tables"));
  const auto outcomes = at_once(36, [&](int i) {
    auto item = items[static_cast<std::size_t>(i) / 3];
    item.type = item.type == "lamps" ? "tables" : "lamps";
    return change(goods, std::move(item), i % 3);
  });
  BOOST_TEST(std::ranges::count(outcomes, "") >= 24);  // a removal may come before the change
  BOOST_TEST(wrong() == 0);
}
