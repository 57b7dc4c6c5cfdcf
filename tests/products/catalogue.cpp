// The catalogue on a real database.
#include "common/utc_now.hpp"
#include "tests/products/catalogue_of_test.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace mercat::products;
using mercat::test::catalogue_of_test;
using mercat::test::soon;

BOOST_FIXTURE_TEST_CASE(an_empty_catalogue_has_one_empty_page, catalogue_of_test) {
  const auto page = await([&] { return shop.list({}, soon()); });
  BOOST_TEST(page.products.empty());
  BOOST_TEST(page.categories.empty());
  BOOST_TEST(!page.next_cursor.has_value());
}

BOOST_FIXTURE_TEST_CASE(many_are_found_in_the_order_asked_without_the_unknown_ones, catalogue_of_test) {
  fill(120);
  const auto found = await([&] { return shop.find_all({3, 999, 1, 3, 120}, soon()); });
  std::vector<product_id> ids;
  for (const auto& item : found) ids.push_back(item.id);
  BOOST_TEST(ids == (std::vector<product_id>{3, 1, 3, 120}), boost::test_tools::per_element());

  std::vector<product_id> thousand;
  for (product_id id = 1; id <= 1000; ++id) thousand.push_back(id);
  BOOST_TEST(await([&] { return shop.find_all(thousand, soon()); }).size() == 120U);
  BOOST_TEST(await([&] { return shop.find_all({}, soon()); }).empty());
}

BOOST_FIXTURE_TEST_CASE(what_is_put_comes_back_as_it_was, catalogue_of_test) {
  product item;
  item.sku = "A-1";
  item.name = "Crème brûlée 🍮 \"%_\\'\" \u200F";
  item.description = std::string(5000, 'x');
  item.type = "dairy";
  item.unit = "500 g";
  item.price = {99999};
  item.available = false;
  item.quantity = 3;
  item.supplier = "O'Brien & Söhne";
  item.banner = "/images/x.svg";
  database.run_blocking([&](db::session& s) { store::add(s, item); });
  const auto found = await([&] { return shop.find(1, soon()); });
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST(found->name == item.name);
  BOOST_TEST(found->description == item.description);
  BOOST_TEST(found->price.minor_units == 99999);
  BOOST_TEST(!found->available);
  BOOST_TEST(found->quantity == 3);
  BOOST_TEST(found->supplier == item.supplier);
  BOOST_TEST(found->version == 1);
  BOOST_TEST((found->created_at > utc_now() - std::chrono::minutes{5}));
}

BOOST_FIXTURE_TEST_CASE(seeding_again_leaves_what_is_there_and_mends_what_is_half_there, catalogue_of_test) {
  fill(2);
  auto item = await([&] { return shop.find(1, soon()); }).value();
  item.name = "Another name";
  item.quantity = 500;
  bool added = true;
  database.run_blocking([&](db::session& s) { added = store::add(s, item); });
  auto found = await([&] { return shop.find(1, soon()); }).value();
  BOOST_TEST(!added);
  BOOST_TEST(found.name == "Product 1");
  BOOST_TEST(found.quantity == 1);

  schema.as_root([](db::session& s) { s.execute("DELETE FROM stock WHERE product_id = 2"); });
  BOOST_TEST(!await([&] { return shop.find(2, soon()); }).has_value());
  fill(2);
  BOOST_TEST(await([&] { return shop.find(2, soon()); }).has_value());
}
