// Many of the staff at once, on a real database: nobody is turned away for the others' sake, and what the
// events tell is what is there in the end.
#include "tests/products/assortment_of_test.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace mercat;
using namespace mercat::products;
using test::assortment_of_test;

namespace {

async::deadline patient() {
  return async::deadline::in(std::chrono::seconds{20});
}

// A replica of the catalogue that goes by the versions alone, as consumers have to.
struct replica {
  struct half {
    std::int64_t version = 0;
    std::string value;  // empty: deleted
  };
  std::map<product_id, half> text;
  std::map<product_id, half> stock;

  static void take(half& into, std::int64_t version, std::string value) {
    if (version > into.version) into = {version, std::move(value)};
  }
  void hear(const test::written_event& event) {
    const auto& data = event.data.root();
    if (event.type == "product.stock-changed")
      return take(stock[json::integer(data, "productId").value()],
                  json::integer(data, "stockVersion").value(),
                  std::to_string(json::integer(data, "onHand").value()));
    const auto& item = *json::member(data, "product");
    const bool gone = event.type == "product.deleted";
    take(text[json::integer(item, "id").value()], json::integer(item, "version").value(),
         gone ? "" : std::string(json::text(item, "name").value()));
  }
};

struct many_changes : assortment_of_test {
  std::vector<product> items;

  many_changes() {
    for (int i = 0; i < 12; ++i) items.push_back(create(lamp("L-" + std::to_string(i))));
  }
  // A coroutine of its own: a lambda's captures would be gone.
  static async::task<void> change(assortment& goods, product item, int what) {
    if (what == 0) co_return co_await goods.remove(item.id, patient());
    if (what < 5) {
      item.name = "Lamp with shade " + std::to_string(what);
      co_await goods.update(std::move(item), patient());
      co_return;
    }
    stock_adjustment wanted{what % 2 == 0 ? 3 : -2, "counted"};
    co_await goods.adjust_stock(item.id, std::move(wanted), patient());
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(new_products_do_not_stand_in_each_others_way, assortment_of_test) {
  const auto outcomes = at_once(60, [&](int i) {
    auto item = lamp("L-" + std::to_string(i));
    item.name = "Lamp " + std::to_string(i % 7) + " new word" + std::to_string(i);
    return goods.create(std::move(item), patient());
  });
  BOOST_TEST(std::ranges::count(outcomes, "") == 60);
  BOOST_TEST(number("SELECT COUNT(*) FROM product") == 60);
}

BOOST_FIXTURE_TEST_CASE(the_events_of_concurrent_changes_tell_what_is_there, many_changes) {
  std::mt19937 random{7};  // NOLINT: the same changes in every run
  for (int round = 0; round < 5; ++round) {
    const auto outcomes = at_once(40, [&](int) {
      auto item = items[random() % items.size()];
      item.version = 1 + round;
      const auto what = static_cast<int>(random() % 16);
      return change(goods, std::move(item), what);
    });
    for (const auto& each : outcomes) {
      const std::set<std::string> legal{"", "version-conflict", "product-not-found", "insufficient-stock"};
      BOOST_TEST(legal.contains(each), each);
    }
  }
  replica heard;
  auto told = events();
  std::ranges::shuffle(told, random);
  for (const auto& each : told) heard.hear(each);
  std::size_t alive = 0;
  for (const auto& [id, text] : heard.text) {
    const auto found = find(id);
    BOOST_TEST((found ? found->name : "") == text.value);
    BOOST_TEST((found ? found->version : text.version) == text.version);
    if (!found) continue;
    ++alive;
    BOOST_TEST(std::to_string(found->quantity) == heard.stock.at(id).value);
  }
  BOOST_TEST(heard.text.size() == 12U);
  BOOST_TEST(number("SELECT COUNT(*) FROM product") == static_cast<std::int64_t>(alive));
  BOOST_TEST(number("SELECT COUNT(*) FROM stock WHERE on_hand < 0") == 0);
}
