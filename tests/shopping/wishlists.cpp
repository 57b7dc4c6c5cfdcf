// Wishlists on a real database, with products answering over a real broker.
#include "tests/shopping/shopping_of_test.hpp"

#include <thread>

using namespace mercat;
using namespace mercat::shopping;
using mercat::test::is;
using mercat::test::shopping_of_test;

namespace {

struct wishlists_of_test : shopping_of_test {
  wishlists_of_test() {
    for (std::int64_t id = 1; id <= 210; ++id) catalogue.add(id, "19.90");
  }
  wishlist_view look(customer_id customer) {
    return test::wait_for(loop, [&] { return wishes.view(customer, soon()); });
  }
  wishlist_view drop(customer_id customer, product_id product) {
    return test::wait_for(loop, [&] { return wishes.remove(customer, product, soon()); });
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(whole_products_come_back_newest_first_byte_for_byte, wishlists_of_test) {
  wish(7, 2);
  wish(7, 1);
  const auto seen = wish(7, 3);
  const auto all = catalogue.products();
  const wishlist_view expected{all.at(3).text(), all.at(1).text(), all.at(2).text()};
  BOOST_TEST(seen == expected, boost::test_tools::per_element());
  BOOST_TEST(look(7) == expected, boost::test_tools::per_element());
  json::writer out;
  write(out, seen);
  const auto text = out.take();
  BOOST_TEST(text == R"({"products":[)" + expected[0] + "," + expected[1] + "," + expected[2] + "]}");
  BOOST_TEST(text.find(R"("price":19.90,)") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(each_answer_costs_one_call_and_an_empty_one_none, wishlists_of_test) {
  BOOST_TEST(look(7).empty());
  BOOST_TEST(catalogue.lists_asked == 0);
  wish(7, 1);
  wish(7, 2);
  catalogue.lists_asked = 0;
  BOOST_TEST(look(7).size() == 2U);
  BOOST_TEST(catalogue.lists_asked == 1);
  drop(7, 1);
  BOOST_TEST(catalogue.lists_asked == 2);
  drop(7, 2);
  BOOST_TEST(catalogue.lists_asked == 2);
}

BOOST_FIXTURE_TEST_CASE(a_wish_made_twice_is_one_wish_in_its_place, wishlists_of_test) {
  wish(7, 1);
  wish(7, 2);
  const auto seen = wish(7, 1);
  BOOST_REQUIRE_EQUAL(seen.size(), 2U);
  BOOST_TEST(seen[1] == catalogue.products().at(1).text());
}

BOOST_FIXTURE_TEST_CASE(a_product_gone_since_is_left_out_and_can_be_removed, wishlists_of_test) {
  wish(7, 1);
  wish(7, 2);
  catalogue.remove(1);
  BOOST_TEST(look(7).size() == 1U);
  BOOST_TEST(drop(7, 1).size() == 1U);
  BOOST_CHECK_EXCEPTION(drop(7, 1), error, is(fault::not_found, "not-in-wishlist"));
}

BOOST_FIXTURE_TEST_CASE(what_does_not_exist_cannot_be_wished_for, wishlists_of_test) {
  BOOST_CHECK_EXCEPTION(wish(7, 5000), error, is(fault::not_found, "product-not-found"));
  BOOST_CHECK_EXCEPTION(drop(7, 1), error, is(fault::not_found, "not-in-wishlist"));
  BOOST_TEST(look(7).empty());
}

BOOST_FIXTURE_TEST_CASE(wishlists_are_apart, wishlists_of_test) {
  wish(7, 1);
  BOOST_TEST(look(8).empty());
  BOOST_CHECK_EXCEPTION(drop(8, 1), error, is(fault::not_found, "not-in-wishlist"));
  BOOST_TEST(look(7).size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_wishlist_holds_at_most_a_hundred_products, wishlists_of_test) {
  sql("INSERT INTO wishlist_product (customer_id, product_id) SELECT 7, seq FROM seq_1_to_100");
  BOOST_CHECK_EXCEPTION(wish(7, 101), error, [](const error& refused) {
    return is(fault::conflict, "wishlist-full")(refused) &&
           std::string_view{refused.what()}.find("at most 100 ") != std::string_view::npos;
  });
  BOOST_TEST(wish(7, 100).size() == 100U, "one that is there may be wished for again");
  drop(7, 1);
  BOOST_TEST(wish(7, 101).size() == 100U);
}

BOOST_FIXTURE_TEST_CASE(wishes_made_at_once_are_all_kept, wishlists_of_test) {
  std::vector<std::jthread> devices;
  std::atomic<int> failures{0};
  for (int i = 0; i < 50; ++i) devices.emplace_back(test::counting(failures, [&, i] { wish(7, 1 + i); }));
  devices.clear();
  BOOST_TEST(failures == 0);
  BOOST_TEST(look(7).size() == 50U);
}

BOOST_FIXTURE_TEST_CASE(while_products_is_away_nothing_is_changed, wishlists_of_test) {
  wish(7, 1);
  wish(7, 2);
  products_go_away();
  BOOST_CHECK_EXCEPTION(look(7), error, test::is_away);
  BOOST_CHECK_EXCEPTION(wish(7, 3), error, test::is_away);
  BOOST_CHECK_EXCEPTION(drop(7, 1), error, test::is_away);
  BOOST_TEST(look(8).empty());
  products_come_back();
  BOOST_TEST(look(7).size() == 2U);
}
