// The commands that fill a shop: `seed` and `generate`, on a real database.
#include "products/demo_product.hpp"
#include "products/generate.hpp"
#include "products/product_form.hpp"
#include "products/schemas.hpp"
#include "products/seed.hpp"
#include "tests/products/assortment_of_test.hpp"

#include <fstream>
#include <set>
#include <unistd.h>

using namespace mercat;
using namespace mercat::products;

namespace {

struct seeded : test::assortment_of_test {
  settings configured;

  seeded() {
    configured.database = schema.options();
    configured.currency = "EUR";
    configured.process.replica = "products-test";
  }
  void check_events(std::int64_t new_products) {
    const auto stocked = number("SELECT COUNT(*) FROM stock WHERE on_hand > 0");
    BOOST_TEST(number("SELECT COUNT(*) FROM outbox WHERE type = 'product.created'") == new_products);
    BOOST_TEST(number("SELECT COUNT(*) FROM outbox WHERE type = 'product.stock-changed'") == stocked);
    BOOST_TEST(number("SELECT COUNT(*) FROM stock_movement WHERE cause = 'opening'") == new_products);
  }
};

// Names a file of its own and takes it away.
struct catalogue_file {
  std::string path = "/tmp/mercat-catalogue-" + std::to_string(::getpid()) + ".json";
  explicit catalogue_file(const std::string& text) { std::ofstream(path) << text; }
  ~catalogue_file() { ::unlink(path.c_str()); }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(seeding_twice_adds_and_tells_once, seeded) {
  const catalogue_file file{R"({"currency":"EUR","products":[
    {"sku":"A","name":"Apple","type":"fruits","price":1.5,"quantity":3},
    {"sku":"B","name":"Pear","type":"fruits","price":2}]})"};
  configured.seed_file = file.path;
  seed(configured);
  seed(configured);
  BOOST_TEST(number("SELECT COUNT(*) FROM product") == 2);
  check_events(2);
}

BOOST_FIXTURE_TEST_CASE(a_catalogue_with_a_wrong_product_adds_nothing_and_names_it, seeded) {
  const catalogue_file file{R"({"currency":"EUR","products":[
    {"sku":"A","name":"Apple","type":"fruits","price":1.5},
    {"sku":"B","name":"Pear","type":"fruits","price":1.999}]})"};
  configured.seed_file = file.path;
  BOOST_CHECK_EXCEPTION(seed(configured), std::runtime_error, [](const std::runtime_error& why) {
    return std::string(why.what()).starts_with("product B: price");
  });
  BOOST_TEST(number("SELECT COUNT(*) FROM product") == 0);
}

BOOST_FIXTURE_TEST_CASE(generating_again_and_more_adds_what_is_missing, seeded) {
  configured.generate = 250;
  generate(configured);
  await([&] { return goods.remove(1, test::soon()); });
  configured.generate = 450;
  generate(configured);
  BOOST_TEST(number("SELECT COUNT(*) FROM product") == 450);
  BOOST_TEST(number("SELECT COUNT(*) FROM outbox WHERE type = 'product.created'") == 451);
  generate(configured);
  BOOST_TEST(number("SELECT COUNT(*) FROM outbox WHERE type = 'product.created'") == 451);
}

BOOST_AUTO_TEST_CASE(generated_products_keep_the_rules_and_are_always_the_same) {
  std::set<std::string> skus;
  std::set<std::string> names;
  std::set<std::string> types;
  for (std::int64_t number = 1; number <= 5'000; ++number) {
    const auto item = demo_product(number);
    json::writer out;
    write(out, item, "EUR");
    const auto body = json::document::parse(out.take());
    schemas::new_product().require(body.root());
    BOOST_TEST(read_new_product(body.root(), "EUR").name == item.name);
    skus.insert(item.sku);
    names.insert(item.name);
    types.insert(item.type);
  }
  BOOST_TEST(skus.size() == 5'000U);
  BOOST_TEST(names.size() > 3'000U);
  BOOST_TEST(types.size() == 20U);
  BOOST_TEST(demo_product(77).name == demo_product(77).name);
  BOOST_TEST(demo_product(1).sku == "GEN-0000001");
  BOOST_TEST(demo_product(most_generated).sku == "GEN-9999999");
}
