// A catalogue with products that are in the search index.
#pragma once

#include "common/utc_now.hpp"
#include "products/search_store.hpp"
#include "products/store.hpp"
#include "tests/products/catalogue_of_test.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace mercat::test {

struct listing_of_test : catalogue_of_test {
  int made = 0;

  // A product of this name; the rest is empty or the same for all. Not in the shop yet.
  products::product named(std::string name) {
    products::product item;
    item.sku = "S" + std::to_string(++made);
    item.name = std::move(name);
    item.type = "things";
    item.unit = "1";
    item.price = {100};
    return item;
  }

  static void write(db::session& s, products::product& item) {
    item.quantity = 1;
    item.available = true;
    item.created_at = item.updated_at = utc_now();
    products::store::insert(s, {&item, 1});
  }

  products::product_id put(products::product item) {
    database.run_blocking([&](db::session& s) {
      write(s, item);
      products::store::index_for_search(s, {&item, 1});
    });
    return item.id;
  }

  void remove(products::product_id id) {
    database.run_blocking([&](db::session& s) {
      static_cast<void>(products::store::remove(s, id));
      products::store::remove_from_search(s, id);
    });
  }

  products::listed_page ask(products::list_request wanted) {
    return await([&] { return shop.list(wanted, soon()); });
  }

  // The request for the page behind one that has a cursor.
  static products::list_request next(products::list_request asked, const products::listed_page& page) {
    asked.after = products::read_cursor(asked.order, page.next_cursor.value());
    return asked;
  }

  // All pages of a question.
  std::vector<products::product> ask_all(products::list_request wanted) {
    std::vector<products::product> found;
    for (;;) {
      const auto page = ask(wanted);
      found.insert(found.end(), page.products.begin(), page.products.end());
      if (!page.next_cursor) return found;
      wanted = next(std::move(wanted), page);
    }
  }

  // Names found for a query, in id order.
  std::vector<std::string> search(std::string query) {
    std::vector<std::string> names;
    auto wanted = first_of(products::list_order::by_id);
    wanted.query = std::move(query);
    wanted.limit = 100;
    for (auto& item : ask_all(wanted)) names.push_back(std::move(item.name));
    return names;
  }

  static products::list_request first_of(products::list_order order) {
    products::list_request wanted;
    wanted.order = order;
    wanted.after = products::before_first(order);
    return wanted;
  }
};

inline constexpr std::array all_orders{products::list_order::by_id, products::list_order::newest,
                                       products::list_order::cheapest, products::list_order::dearest,
                                       products::list_order::by_name};

}  // namespace mercat::test
