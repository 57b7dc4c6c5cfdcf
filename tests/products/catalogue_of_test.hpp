// A catalogue on a scratch schema, with products of its own.
#pragma once

#include "common/db/migration.hpp"
#include "products/catalogue.hpp"
#include "products/migrations.hpp"
#include "products/store.hpp"
#include "tests/support/database.hpp"

#include <string>

namespace mercat::test {

struct catalogue_of_test {
  log::logger logger{"products", "test", log::level::error};
  metrics::registry metrics;
  scratch_schema schema;
  db::pool database{schema.options(std::chrono::seconds{30}), logger, metrics};  // many do much at once
  db::pool searches{schema.options(std::chrono::seconds{30}), logger, metrics};
  products::catalogue shop{database, searches, "EUR"};
  async::event_loop loop{"test"};

  catalogue_of_test() { db::migrate(database, products::migrations(), std::chrono::seconds{10}, logger); }

  // Products with ids 1 to `count`, in two categories.
  void fill(int count) {
    database.run_blocking([&](db::session& s) {
      for (int i = 1; i <= count; ++i) {
        products::product item;
        item.sku = "SKU-" + std::to_string(i);
        item.name = "Product " + std::to_string(i);
        item.type = i % 2 == 0 ? "even" : "odd";
        item.unit = "1";
        item.price = {i * 10};
        item.quantity = i;
        products::store::add(s, item);
      }
    });
  }

  template <class Make>
  auto await(Make make) {
    return wait_for(loop, make);
  }
};

inline async::deadline soon() {
  return async::deadline::in(std::chrono::seconds{20});
}

}  // namespace mercat::test
