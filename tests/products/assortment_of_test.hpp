// An assortment on a scratch schema; the events it writes stay in the outbox, where tests look at them.
#pragma once

#include "common/error.hpp"
#include "products/assortment.hpp"
#include "tests/products/catalogue_of_test.hpp"

#include <boost/test/unit_test.hpp>

#include <exception>
#include <future>
#include <memory>
#include <vector>

namespace mercat::test {

struct written_event {
  std::string type;
  json::document data;
};

struct assortment_of_test : catalogue_of_test {
  int wakes = 0;
  products::assortment goods{database, "EUR", [this] { ++wakes; }};

  static products::product lamp(const std::string& sku = "LAMP-1") {
    products::product item;
    item.sku = sku;
    item.name = "Desk lamp";
    item.type = "lamps";
    item.unit = "1";
    item.price = {4990};
    item.quantity = 10;
    return item;
  }

  products::product create(products::product item = lamp()) {
    return await([&] { return goods.create(item, soon()); });
  }
  products::product update(const products::product& item) {
    return await([&] { return goods.update(item, soon()); });
  }
  void remove(products::product_id id) {
    await([&] { return goods.remove(id, soon()); });
  }
  std::int64_t adjust(products::product_id id, std::int64_t delta) {
    return await([&] { return goods.adjust_stock(id, {delta, "counted"}, soon()); }).on_hand;
  }
  std::optional<products::product> find(products::product_id id) {
    return await([&] { return shop.find(id, soon()); });
  }

  // Starts `count` at once and waits for all. What each threw, or "" when it did not.
  template <class Make>
  std::vector<std::string> at_once(int count, Make make) {
    std::vector<std::future<std::string>> running;
    for (int i = 0; i < count; ++i) {
      const auto done = std::make_shared<std::promise<std::string>>();
      running.push_back(done->get_future());
      loop.post([&make, done, i] {
        async::spawn(make(i), [done](std::exception_ptr failure, auto...) {
          try {
            if (failure) std::rethrow_exception(failure);
            done->set_value("");
          } catch (const error& refused) {
            done->set_value(refused.slug());
          }
        });
      });
    }
    std::vector<std::string> outcomes;
    for (auto& each : running) outcomes.push_back(each.get());
    return outcomes;
  }

  // Takes all events out of the outbox, in order.
  std::vector<written_event> events() {
    std::vector<written_event> found;
    schema.as_root([&](db::session& s) {
      for (auto& row : s.query("SELECT type, data FROM outbox ORDER BY id"))
        found.push_back({row.take_text(0), json::document::parse(row.text(1))});
      s.execute("DELETE FROM outbox WHERE id > 0");
    });
    return found;
  }
  std::int64_t number(const std::string& sql) {
    std::int64_t found = -1;
    schema.as_root([&](db::session& s) { found = s.query(sql).front().integer(0); });
    return found;
  }
};

inline auto with_slug(std::string slug) {
  return [slug = std::move(slug)](const error& refused) { return refused.slug() == slug; };
}

}  // namespace mercat::test
