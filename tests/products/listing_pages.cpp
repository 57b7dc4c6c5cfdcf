// Lists on a real database: orders, filters, and pages while the shop changes.
#include "tests/products/listing_of_test.hpp"
#include "tests/support/counting.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <thread>

using namespace mercat;
using namespace mercat::products;
using mercat::test::all_orders;
using mercat::test::listing_of_test;
using mercat::test::soon;

namespace {

struct shop_with_ties : listing_of_test {
  // 60 products: 5 prices, 7 names in two spellings, 3 categories.
  shop_with_ties() {
    for (int i = 0; i < 60; ++i) put(tied(i));
  }

  product tied(int i) {
    auto item = named((i % 2 == 0 ? "Name " : "NAMÉ ") + std::to_string(i % 7));
    item.price = {i % 5 * 100 + 99};
    item.type = "category " + std::to_string(i % 3);
    return item;
  }
};

bool in_order(list_order order, const product& left, const product& right) {
  switch (order) {
    case list_order::by_id:
      return left.id < right.id;
    case list_order::newest:
      return left.id > right.id;
    case list_order::cheapest:
      return std::pair{left.price, left.id} < std::pair{right.price, right.id};
    case list_order::dearest:
      return std::pair{left.price, left.id} > std::pair{right.price, right.id};
    case list_order::by_name:  // the digit at the end, as the spellings are equal to the collation
      return std::pair{left.name.back(), left.id} < std::pair{right.name.back(), right.id};
  }
  return false;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(pages_of_every_order_are_disjoint_complete_and_sorted_through_ties, shop_with_ties) {
  for (const auto order : all_orders)
    for (const std::int64_t limit : {1, 7, 59, 60, 61}) {
      auto wanted = first_of(order);
      wanted.limit = limit;
      const auto all = ask_all(wanted);
      BOOST_TEST(all.size() == 60U);
      BOOST_TEST(std::ranges::is_sorted(
          all, [&](const product& l, const product& r) { return in_order(order, l, r); }));
      std::set<product_id> seen;
      for (const auto& item : all) seen.insert(item.id);
      BOOST_TEST(seen.size() == 60U);
    }
}

BOOST_FIXTURE_TEST_CASE(filters_combine_in_every_order, shop_with_ties) {
  for (const auto order : all_orders)
    for (const bool in_category : {false, true})
      for (const auto& [least, most] : {std::pair{0, 1000}, {100, 299}, {199, 199}, {200, 298}}) {
        auto wanted = first_of(order);
        wanted.limit = 4;
        if (in_category) wanted.category = "CATEGORY 1";
        wanted.least = {least};
        wanted.most = {most};
        std::size_t expected = 0;
        for (int i = 0; i < 60; ++i) {
          const auto price = i % 5 * 100 + 99;
          expected += price >= least && price <= most && (!in_category || i % 3 == 1) ? 1 : 0;
        }
        const auto found = ask_all(wanted);
        BOOST_TEST(found.size() == expected);
        BOOST_TEST(std::ranges::is_sorted(
            found, [&](const auto& l, const auto& r) { return in_order(order, l, r); }));
      }
}

BOOST_FIXTURE_TEST_CASE(categories_are_those_of_the_whole_shop_whatever_is_asked, shop_with_ties) {
  auto wanted = first_of(list_order::by_id);
  wanted.category = "category 2";
  const auto page = ask(wanted);
  const std::vector<std::string> expected{"category 0", "category 1", "category 2"};
  BOOST_TEST(page.categories == expected, boost::test_tools::per_element());
  wanted.category = "no such category";
  const auto none = ask(wanted);
  BOOST_TEST(none.products.empty());
  BOOST_TEST(!none.next_cursor.has_value());
  BOOST_TEST(none.categories.size() == 3U);

  const auto counted = await([&] { return shop.categories(soon()); });
  BOOST_TEST(counted.size() == 3U);
  for (const auto& each : counted) BOOST_TEST(each.count == 20);
}

BOOST_FIXTURE_TEST_CASE(categories_are_told_apart_by_their_emoji_but_not_by_case, listing_of_test) {
  for (const auto* type : {"🍎", "🍌", "Nuts", "nuts", "100%", "a_b", "axb"}) {
    auto item = named("x");
    item.type = type;
    put(item);
  }
  const auto found = [&](const char* type) {
    auto wanted = first_of(list_order::by_name);
    wanted.category = type;
    return ask_all(wanted).size();
  };
  BOOST_TEST(found("🍎") == 1U);
  BOOST_TEST(found("🍌") == 1U);
  BOOST_TEST(found("NUTS") == 2U);
  BOOST_TEST(found("%") == 0U);
  BOOST_TEST(found("100%") == 1U);
  BOOST_TEST(found("a_b") == 1U);
  BOOST_TEST(ask(first_of(list_order::by_id)).categories.size() == 6U);
}

BOOST_FIXTURE_TEST_CASE(a_shop_of_many_categories_names_them_all, listing_of_test) {
  for (int i = 0; i < 230; ++i) {
    auto item = named("x");
    item.type = "category " + std::to_string(1000 + i);
    put(item);
  }
  const auto page = ask(first_of(list_order::by_id));
  BOOST_TEST(page.categories.size() == 230U);
  BOOST_TEST(page.categories.back() == "category 1229");
}

BOOST_FIXTURE_TEST_CASE(a_cursor_outlives_the_product_it_was_made_at, shop_with_ties) {
  for (const auto order : all_orders) {
    auto wanted = first_of(order);
    wanted.limit = 10;
    const auto page = ask(wanted);
    wanted = next(wanted, page);
    const auto expected = ask(wanted).products.front().id;
    remove(page.products.back().id);
    BOOST_TEST(ask(wanted).products.front().id == expected);
  }
}

BOOST_FIXTURE_TEST_CASE(pages_stay_whole_while_products_come_and_go, shop_with_ties) {
  std::set<product_id> stayed;
  for (const auto& item : ask_all(first_of(list_order::by_id))) stayed.insert(item.id);
  // Others come and go all the time, on places between those that stay.
  std::atomic<int> changes{0};
  std::atomic<int> failures{0};
  std::jthread others(mercat::test::counting(failures, [&](const std::stop_token& over) {
    db::pool own{schema.options(), logger, metrics};
    own.run_blocking([&](db::session& s) {
      std::vector<product_id> coming;
      for (int i = 0; !over.stop_requested(); ++i) {
        auto item = tied(i);
        write(s, item);
        store::index_for_search(s, {&item, 1});
        coming.push_back(item.id);
        if (coming.size() < 15) continue;
        const auto gone = coming[static_cast<std::size_t>(i) % coming.size()];
        s.execute("DELETE FROM product WHERE id = ?", gone);
        store::remove_from_search(s, gone);
        std::erase(coming, gone);
        ++changes;
      }
    });
  }));
  BOOST_TEST(mercat::test::eventually([&] { return changes > 0; }));
  for (const auto order : all_orders)
    for (const auto* query : {"", "name"}) {
      auto wanted = first_of(order);
      wanted.limit = 3;
      wanted.query = query;
      std::map<product_id, int> seen;
      // New ones are always newer: an endless list in id order is cut where those that stay end.
      for (;;) {
        const auto page = ask(wanted);
        for (const auto& item : page.products) ++seen[item.id];
        if (!page.next_cursor || (order == list_order::by_id && seen.rbegin()->first > *stayed.rbegin()))
          break;
        wanted = next(wanted, page);
      }
      for (const auto& [id, times] : seen) BOOST_TEST(times == 1);
      for (const auto id : stayed) BOOST_TEST(seen.contains(id));
    }
  others.request_stop();
  others.join();
  BOOST_TEST(failures == 0);
}
