// What the staff do with the catalogue, on a real database.
#include "tests/products/assortment_of_test.hpp"

#include <algorithm>

using namespace mercat;
using namespace mercat::products;
using test::assortment_of_test;
using test::soon;
using test::with_slug;

namespace {

const json::value& product_in(const test::written_event& event) {
  return *json::member(event.data.root(), "product");
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_new_product_is_there_and_its_events_are_written, assortment_of_test) {
  const auto made = create();
  BOOST_TEST(made.id > 0);
  BOOST_TEST(made.version == 1);
  const auto found = find(made.id);
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST(found->quantity == 10);
  BOOST_TEST((found->created_at == made.created_at));
  BOOST_TEST((found->updated_at == made.updated_at));

  const auto written = events();
  BOOST_REQUIRE_EQUAL(written.size(), 2U);
  BOOST_TEST(written[0].type == "product.created");
  json::writer shown;
  write(shown, *found, "EUR");
  json::writer told;
  product_in(written[0]).Accept(static_cast<rapidjson::Writer<rapidjson::StringBuffer>&>(told));
  BOOST_TEST(told.take() == shown.take());
  BOOST_TEST(written[1].type == "product.stock-changed");
  BOOST_TEST(json::integer(written[1].data.root(), "productId").value() == made.id);
  BOOST_TEST(json::integer(written[1].data.root(), "onHand").value() == 10);
  BOOST_TEST(json::integer(written[1].data.root(), "stockVersion").value() == 1);
  BOOST_TEST(wakes == 1);
}

BOOST_FIXTURE_TEST_CASE(a_new_product_without_stock_tells_of_no_stock, assortment_of_test) {
  auto item = lamp();
  item.quantity = 0;
  create(item);
  const auto written = events();
  BOOST_REQUIRE_EQUAL(written.size(), 1U);
  BOOST_TEST(written[0].type == "product.created");
}

BOOST_FIXTURE_TEST_CASE(a_taken_sku_is_refused_and_leaves_nothing, assortment_of_test) {
  const auto first = create();
  const auto second = create(lamp("LAMP-2"));
  static_cast<void>(events());
  BOOST_CHECK_EXCEPTION(create(), error, with_slug("sku-taken"));
  auto renamed = second;
  renamed.sku = first.sku;
  BOOST_CHECK_EXCEPTION(update(renamed), error, with_slug("sku-taken"));
  BOOST_TEST(events().empty());
  BOOST_TEST(number("SELECT COUNT(*) FROM product") == 2);
  BOOST_TEST(create(lamp("lamp-1")).id > 0);  // skus differ by case
}

BOOST_FIXTURE_TEST_CASE(of_many_creates_with_one_sku_exactly_one_succeeds, assortment_of_test) {
  const auto outcomes = at_once(20, [&](int) { return goods.create(lamp(), soon()); });
  BOOST_TEST(std::ranges::count(outcomes, "") == 1);
  BOOST_TEST(std::ranges::count(outcomes, "sku-taken") == 19);
  BOOST_TEST(events().size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_change_replaces_the_text_and_leaves_stock_alone, assortment_of_test) {
  auto item = create();
  static_cast<void>(events());
  item.name = "Floor lamp";
  item.price = {1};
  item.available = false;
  item.quantity = 999;
  const auto now = update(item);
  BOOST_TEST(now.version == 2);
  BOOST_TEST(now.name == "Floor lamp");
  BOOST_TEST(now.quantity == 10);
  BOOST_TEST(!now.available);
  BOOST_TEST((now.created_at == item.created_at));
  BOOST_TEST((now.updated_at >= item.updated_at));
  const auto written = events();
  BOOST_REQUIRE_EQUAL(written.size(), 1U);
  BOOST_TEST(written[0].type == "product.updated");
  BOOST_TEST(json::integer(product_in(written[0]), "version").value() == 2);

  BOOST_CHECK_EXCEPTION(update(item), error, [](const error& refused) {
    return refused.slug() == "version-conflict" && refused.detail().ends_with("its version is 2");
  });
  auto unknown = now;
  unknown.id = 999;
  BOOST_CHECK_EXCEPTION(update(unknown), error, with_slug("product-not-found"));
  BOOST_TEST(events().empty());
}

BOOST_FIXTURE_TEST_CASE(of_many_changes_made_on_one_version_exactly_one_succeeds, assortment_of_test) {
  const auto item = create();
  static_cast<void>(events());
  const auto outcomes = at_once(30, [&](int i) {
    auto changed = item;
    changed.name = "Lamp " + std::to_string(i);
    return goods.update(changed, soon());
  });
  BOOST_TEST(std::ranges::count(outcomes, "") == 1);
  BOOST_TEST(std::ranges::count(outcomes, "version-conflict") == 29);
  BOOST_TEST(find(item.id)->version == 2);
  BOOST_TEST(events().size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_deleted_product_is_gone_and_its_id_is_never_used_again, assortment_of_test) {
  const auto item = create();
  static_cast<void>(events());
  remove(item.id);
  BOOST_TEST(!find(item.id).has_value());
  for (const auto* table : {"product", "stock"})
    BOOST_TEST(number("SELECT COUNT(*) FROM " + std::string(table)) == 0);
  BOOST_TEST(number("SELECT version FROM deleted_product") == 2);
  const auto written = events();
  BOOST_REQUIRE_EQUAL(written.size(), 1U);
  BOOST_TEST(written[0].type == "product.deleted");
  BOOST_TEST(json::integer(product_in(written[0]), "id").value() == item.id);
  BOOST_TEST(json::integer(product_in(written[0]), "version").value() == 2);
  BOOST_TEST(json::text(product_in(written[0]), "name").value() == item.name);

  BOOST_CHECK_EXCEPTION(remove(item.id), error, with_slug("product-not-found"));
  BOOST_CHECK_EXCEPTION(update(item), error, with_slug("product-not-found"));
  BOOST_CHECK_EXCEPTION(adjust(item.id, 1), error, with_slug("product-not-found"));
  BOOST_TEST(events().empty());
  BOOST_TEST(create().id > item.id);
}

BOOST_FIXTURE_TEST_CASE(text_comes_back_unchanged, assortment_of_test) {
  auto item = lamp();
  item.name = "  Crème 🍮👩‍🍳 \"x\" 'y' %_\\ \u200Fשלום ";
  item.supplier = "O'Brien & Söhne; DROP TABLE product; --";
  std::string pudding;
  for (int i = 0; i < 10'000; ++i) pudding += "🍮";
  for (const auto& description : {std::string(5'000, 'x'), pudding, std::string("line\n\ttab ")}) {
    item.description = description;
    item.sku += "x";
    const auto made = create(item);
    const auto found = find(made.id);
    BOOST_REQUIRE(found.has_value());
    BOOST_TEST((found->description == description));
    BOOST_TEST(found->name == item.name);
    BOOST_TEST(found->supplier == item.supplier);
    const auto told = events().front();
    BOOST_TEST((json::text(product_in(told), "description").value() == description));
    auto changed = *found;
    changed.name = item.name + "!";
    BOOST_TEST(update(changed).name == changed.name);
    static_cast<void>(events());
  }
}
