// Carts on a real database, with products answering over a real broker.
#include "tests/shopping/shopping_of_test.hpp"

#include <thread>

using namespace mercat;
using namespace mercat::shopping;
using mercat::test::is;
using mercat::test::shopping_of_test;

namespace {

struct carts_of_test : shopping_of_test {
  carts_of_test() {
    for (std::int64_t id = 1; id <= 150; ++id) catalogue.add(id);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_product_set_twice_has_the_second_quantity, carts_of_test) {
  set(7, 1, 5);
  const auto now = set(7, 1, 2);
  BOOST_REQUIRE_EQUAL(now.size(), 1U);
  BOOST_TEST(now[0].quantity == 2);
  BOOST_TEST(now[0].price.minor_units == 250);
  BOOST_TEST(now[0].now.has_value(), "the answer of products went into the replica");
}

BOOST_FIXTURE_TEST_CASE(an_unknown_product_changes_nothing, carts_of_test) {
  BOOST_CHECK_EXCEPTION(set(7, 5000, 1), error, is(fault::not_found, "product-not-found"));
  BOOST_TEST(view(7).empty());
}

BOOST_FIXTURE_TEST_CASE(carts_are_apart, carts_of_test) {
  set(7, 1, 1);
  BOOST_TEST(view(8).empty());
  BOOST_CHECK_EXCEPTION(test::wait_for(loop, [&] { return carts.remove(8, 1, soon()); }), error,
                        is(fault::not_found, "not-in-cart"));
  BOOST_TEST(view(7).size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_cart_has_at_most_a_hundred_products, carts_of_test) {
  for (product_id id = 1; id <= most_lines; ++id) set(7, id, 1);
  BOOST_CHECK_EXCEPTION(set(7, 120, 1), error, is(fault::conflict, "cart-full"));
  BOOST_TEST(static_cast<std::int64_t>(view(7).size()) == most_lines);
  BOOST_TEST(set(7, 1, 9).size() == 100U, "one that is there may still change");
}

BOOST_FIXTURE_TEST_CASE(fifty_first_adds_at_once_make_one_cart_with_all_lines, carts_of_test) {
  std::vector<std::jthread> shoppers;
  std::atomic<int> failures{0};
  for (int i = 0; i < 50; ++i)
    shoppers.emplace_back(test::counting(failures, [&, i] { set(7, 1 + i, 1 + i); }));
  shoppers.clear();
  BOOST_TEST(failures == 0);
  const auto lines = view(7);
  BOOST_TEST(lines.size() == 50U);
  for (const auto& line : lines) BOOST_TEST(line.quantity == line.product);
  schema.as_root([](db::session& s) {
    BOOST_TEST(s.query_one("SELECT COUNT(*) FROM cart WHERE customer_id = 7")->integer(0) == 1);
  });
}

BOOST_FIXTURE_TEST_CASE(a_forgotten_customer_has_no_cart_and_gets_no_new_one, carts_of_test) {
  set(7, 1, 1);
  wish(7, 1);
  forget(7);
  forget(7);
  const auto refused = is(fault::unauthenticated, "token-invalid");
  BOOST_CHECK_EXCEPTION(view(7), error, refused);
  BOOST_CHECK_EXCEPTION(set(7, 1, 1), error, refused);
  BOOST_CHECK_EXCEPTION(merge(7, {{1, 1}}), error, refused);
  BOOST_CHECK_EXCEPTION(test::wait_for(loop, [&] { return carts.remove(7, 1, soon()); }), error, refused);
  BOOST_CHECK_EXCEPTION(test::wait_for(loop, [&] { return carts.clear(7, soon()); }), error, refused);
  BOOST_CHECK_EXCEPTION(test::wait_for(loop, [&] { return wishes.view(7, soon()); }), error, refused);
  BOOST_CHECK_EXCEPTION(wish(7, 1), error, refused);
  BOOST_CHECK_EXCEPTION(test::wait_for(loop, [&] { return wishes.remove(7, 1, soon()); }), error, refused);
  BOOST_CHECK_EXCEPTION(set(7, 5000, 1), error, refused);
  products_go_away();
  BOOST_CHECK_EXCEPTION(set(7, 1, 1), error, refused);
  BOOST_CHECK_EXCEPTION(merge(7, {{1, 1}}), error, refused);
  schema.as_root([](db::session& s) {
    for (const auto* sql : {"SELECT COUNT(*) FROM cart", "SELECT COUNT(*) FROM cart_line",
                            "SELECT COUNT(*) FROM wishlist", "SELECT COUNT(*) FROM wishlist_product"})
      BOOST_TEST(s.query_one(sql)->integer(0) == 0, sql);
  });
}

BOOST_FIXTURE_TEST_CASE(a_deletion_among_fifty_adds_leaves_nothing_behind, carts_of_test) {
  std::vector<std::thread> shoppers;
  for (int i = 0; i < 50; ++i)
    shoppers.emplace_back([&, i] {
      try {
        if (i == 25) return forget(7);
        set(7, 1 + i, 1);
        wish(7, 1 + i);
      } catch (const error&) {  // deleted by now
      }
    });
  for (auto& each : shoppers) each.join();
  schema.as_root([](db::session& s) {
    BOOST_TEST(
        s.query_one("SELECT (SELECT COUNT(*) FROM cart_line) + (SELECT COUNT(*) FROM wishlist_product)")
            ->integer(0) == 0);
  });
}

BOOST_FIXTURE_TEST_CASE(while_products_is_away_carts_are_read_and_changed_and_nothing_is_added,
                        carts_of_test) {
  set(7, 1, 2);
  set(7, 2, 1);
  hear(catalogue.reprice(1, "3"));
  products_go_away();
  const auto now = view(7);
  BOOST_TEST(now[0].current_price().minor_units == 300);
  BOOST_TEST(total(now).minor_units == 750);
  BOOST_CHECK_EXCEPTION(set(7, 3, 1), error, test::is_away);
  BOOST_CHECK_EXCEPTION(merge(7, {{3, 1}}), error, test::is_away);
  BOOST_TEST(test::wait_for(loop, [&] { return carts.remove(7, 1, soon()); }).size() == 1U);
  BOOST_TEST(test::wait_for(loop, [&] { return carts.clear(7, soon()); }).empty());
}

BOOST_FIXTURE_TEST_CASE(a_cart_shows_what_the_replica_says_and_asks_nobody, carts_of_test) {
  for (product_id id = 1; id <= 4; ++id) set(7, id, 2);
  hear(catalogue.reprice(1, "9.99"));
  hear(catalogue.reprice(2, "2.50", false));
  hear(catalogue.remove(3));
  sql("DELETE FROM product_replica WHERE product_id = 4");
  const auto now = view(7);
  BOOST_TEST(now[0].current_price().minor_units == 999);
  BOOST_TEST(now[0].price.minor_units == 250);
  BOOST_TEST(!now[1].available());
  BOOST_TEST(!now[2].available());
  BOOST_TEST(now[2].current_price().minor_units == 250);
  BOOST_TEST(now[3].available());
  BOOST_TEST(!now[3].now.has_value());
  BOOST_TEST(total(now).minor_units == 1000);
  BOOST_TEST(catalogue.lists_asked == 0);
}

BOOST_FIXTURE_TEST_CASE(who_puts_a_product_in_reads_its_new_price_before_its_event_came, carts_of_test) {
  set(7, 1, 1);
  const auto late = catalogue.reprice(1, "4");
  set(8, 1, 1);
  BOOST_TEST(view(8)[0].current_price().minor_units == 400);
  BOOST_TEST(view(7)[0].current_price().minor_units == 400);
  hear(late);
  BOOST_TEST(view(7)[0].current_price().minor_units == 400);
}

BOOST_FIXTURE_TEST_CASE(a_merge_adds_with_one_call_and_says_what_it_skipped, carts_of_test) {
  set(7, 1, 990);
  catalogue.reprice(2, "1", false);
  const auto merged = merge(7, {{1, 5}, {2, 1}, {3, 4}, {1, 50}, {5000, 1}, {3, 1}});
  BOOST_TEST(catalogue.lists_asked == 1);
  BOOST_REQUIRE_EQUAL(merged.lines.size(), 2U);
  BOOST_TEST(merged.lines[0].quantity == 999);
  BOOST_TEST(merged.lines[1].quantity == 5);
  BOOST_REQUIRE_EQUAL(merged.skipped.size(), 2U);
  BOOST_TEST(merged.skipped[0].reason == "not-available");
  BOOST_TEST(merged.skipped[1].reason == "product-not-found");
}

BOOST_FIXTURE_TEST_CASE(a_merge_into_a_full_cart_skips_what_has_no_room, carts_of_test) {
  std::vector<wanted_product> most;
  for (product_id id = 1; id <= 100; ++id) most.push_back({id, 1});
  BOOST_TEST(merge(7, most).lines.size() == 100U);
  const auto merged = merge(7, {{1, 1}, {101, 1}});
  BOOST_TEST(merged.lines.size() == 100U);
  BOOST_TEST(merged.lines[0].quantity == 2);
  BOOST_REQUIRE_EQUAL(merged.skipped.size(), 1U);
  BOOST_TEST(merged.skipped[0].reason == "cart-full");
}

BOOST_FIXTURE_TEST_CASE(merges_at_once_all_count, carts_of_test) {
  std::vector<std::jthread> devices;
  std::atomic<int> failures{0};
  for (int i = 0; i < 20; ++i)
    devices.emplace_back(test::counting(failures, [&] { merge(7, {{2, 1}, {1, 2}}); }));
  devices.clear();
  BOOST_TEST(failures == 0);
  const auto lines = view(7);
  BOOST_REQUIRE_EQUAL(lines.size(), 2U);
  for (const auto& line : lines) BOOST_TEST(line.quantity == (line.product == 1 ? 40 : 20));
}

BOOST_FIXTURE_TEST_CASE(the_outcome_of_a_merge_can_be_looked_up, carts_of_test) {
  merge(7, {{1, 1}});
  std::string last;
  schema.as_root([&](db::session& s) { last = s.query_one("SELECT last_merge FROM cart")->text(0); });
  test::wait_for(loop, [&] {
    return database.transaction(soon(), [&](db::session& s) {
      BOOST_TEST(store::was_merged(s, 7, last));
      BOOST_TEST(!store::was_merged(s, 7, "another"));
      BOOST_TEST(!store::was_merged(s, 8, last));
    });
  });
}
