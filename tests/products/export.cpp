// What replicas of the catalogue are rebuilt from (RPC type EXPORT_PRODUCTS).
#include "tests/products/assortment_of_test.hpp"

#include <map>
#include <set>

using namespace mercat;
using namespace mercat::products;
using test::assortment_of_test;
using test::soon;

namespace {

struct whole_export {
  std::map<product_id, exported_product> products;
  std::map<product_id, std::int64_t> deleted;
  int pages = 0;
};

struct export_of_test : assortment_of_test {
  export_page page(product_id after, std::int64_t limit) {
    return await([&] { return goods.export_after(after, limit, soon()); });
  }
  whole_export all(std::int64_t limit) {
    whole_export found;
    for (std::optional<product_id> after = 0; after;) {
      const auto got = page(*after, limit);
      BOOST_TEST(static_cast<std::int64_t>(got.products.size() + got.deleted.size()) <= limit);
      const auto last = got.next.value_or(std::numeric_limits<product_id>::max());
      for (const auto& each : got.products) {
        BOOST_TEST((each.item.id > *after && each.item.id <= last));
        BOOST_TEST(found.products.emplace(each.item.id, each).second);
      }
      for (const auto& each : got.deleted) {
        BOOST_TEST((each.id > *after && each.id <= last));
        BOOST_TEST(found.deleted.emplace(each.id, each.version).second);
      }
      after = got.next;
      ++found.pages;
    }
    return found;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(an_export_has_every_product_and_every_tombstone_once, export_of_test) {
  std::set<product_id> gone;
  for (int i = 1; i <= 25; ++i) {
    const auto made = create(lamp("L-" + std::to_string(i)));
    if (i % 3 == 0) {
      adjust(made.id, 5);
      remove(made.id);
      gone.insert(made.id);
    } else if (i % 3 == 1) {
      adjust(made.id, -10);
    }
  }
  for (const std::int64_t limit : {1, 2, 7, 25, 26, 500}) {
    const auto found = all(limit);
    BOOST_TEST(found.products.size() == 17U);
    BOOST_TEST(found.deleted.size() == 8U);
    BOOST_TEST(found.pages == (25 + limit - 1) / limit);
    for (const auto& [id, version] : found.deleted) {
      BOOST_TEST(gone.contains(id));
      BOOST_TEST(version == 2);
    }
    for (const auto& [id, each] : found.products) {
      const auto shown = find(id).value();
      BOOST_TEST(each.item.quantity == shown.quantity);
      BOOST_TEST(each.item.name == shown.name);
      BOOST_TEST((each.item.updated_at == shown.updated_at));
      BOOST_TEST(each.stock_version == (shown.quantity == 0 ? 2 : 1));
    }
  }
}

BOOST_FIXTURE_TEST_CASE(an_empty_catalogue_exports_one_empty_page, export_of_test) {
  const auto found = all(500);
  BOOST_TEST(found.products.empty());
  BOOST_TEST(found.pages == 1);
}

BOOST_FIXTURE_TEST_CASE(long_products_come_in_shorter_pages, export_of_test) {
  auto item = lamp();
  item.description.assign(10'000, 'x');
  database.run_blocking([&](db::session& s) {
    for (int i = 1; i <= 240; ++i) {
      item.sku = "L-" + std::to_string(i);
      store::add(s, item);
    }
  });
  const auto found = all(500);
  BOOST_TEST(found.products.size() == 240U);
  BOOST_TEST(found.pages == 3);
}
