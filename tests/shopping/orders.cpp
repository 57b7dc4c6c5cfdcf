// Placing orders on a real database, with products and customer answering over a real broker.
#include "tests/shopping/orders_of_test.hpp"

using namespace mercat;
using namespace mercat::shopping;
using mercat::test::at_once;
using mercat::test::is;
using mercat::test::orders_of_test;

namespace {

struct placing_of_test : orders_of_test {
  order_placing limited{database, offers, addresses, {"EUR", 3}, [] {}};  // three orders an hour

  void refused(std::int64_t customer, const std::string& slug, const order_request& wanted = {}) {
    BOOST_CHECK_EXCEPTION(place(customer, "refused", wanted), error, is(fault::conflict, slug));
    BOOST_TEST(count("order_key") == 0);
    BOOST_TEST(count("customer_order") == 0);
    BOOST_TEST(count("outbox") == 0);
  }
  placed_order place_within_limit(std::int64_t customer, const std::string& key) {
    return test::wait_for(loop, [&] { return limited.place(caller(customer, key), {}, soon()); });
  }
  std::string said_by(const placed_order& placed) { return placed.created ? "201" : "200"; }
};

order_request with_address(std::int64_t id) {
  order_request wanted;
  wanted.address_id = id;
  return wanted;
}

order_request with_number(std::string number) {
  order_request wanted;
  wanted.txn_number = std::move(number);
  return wanted;
}

order_request at_any_price() {
  order_request wanted;
  wanted.accept_price_change = true;
  return wanted;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(an_order_takes_the_cart_and_tells_products, placing_of_test) {
  set(7, 2, 3);
  set(7, 1, 1);
  auto wanted = with_address(70);
  wanted.txn_number = "T-1";
  const auto placed = place(7, "k", wanted);
  BOOST_TEST(placed.created);
  const auto found = find(7, placed.id).whole;
  BOOST_TEST(placed.answer ==
             R"({"orderId":")" + placed.id +
                 R"(","status":"PENDING","amount":10,"currency":"EUR","items":[{"productId":2,"name":"P",)"
                 R"("banner":"/p.svg","price":2.5,"quantity":3,"lineTotal":7.5},{"productId":1,"name":"P",)"
                 R"("banner":"/p.svg","price":2.5,"quantity":1,"lineTotal":2.5}],)"
                 R"("address":{"id":70,"city":"Berlin"},"txnNumber":"T-1","createdAt":")" +
                 placed.answer.substr(placed.answer.size() - 26));
  BOOST_TEST(view(7).empty());
  BOOST_TEST(found.email.value() == "7@example.org");
  BOOST_TEST(states_of(placed.id) == "PENDING");
  const auto created = events("order.created");
  BOOST_REQUIRE_EQUAL(created.size(), 1U);
  BOOST_TEST(
      created[0] ==
      R"({"orderId":")" + placed.id +
          R"(","customerId":7,"email":"7@example.org","amount":10,"currency":"EUR",)"
          R"("items":[{"productId":2,"quantity":3,"price":2.5},{"productId":1,"quantity":1,"price":2.5}]})");
}

BOOST_FIXTURE_TEST_CASE(the_same_key_again_gives_the_same_answer_and_asks_nobody, placing_of_test) {
  set(7, 1, 1);
  const auto first = place(7, "k", with_address(70));
  set(7, 2, 2);
  products_go_away();
  const auto again = place(7, "k", with_address(70));
  BOOST_TEST(!again.created);
  BOOST_TEST(again.id == first.id);
  BOOST_TEST(again.answer == first.answer);
  BOOST_TEST(view(7).size() == 1U, "the next cart is left alone");
  BOOST_TEST(count("customer_order") == 1);
}

BOOST_FIXTURE_TEST_CASE(a_key_with_another_body_is_refused_and_keys_are_apart_by_customer, placing_of_test) {
  set(7, 1, 1);
  set(8, 1, 1);
  place(7, "k");
  BOOST_CHECK_EXCEPTION(place(7, "k", with_number("T")), error,
                        is(fault::already_exists, "idempotency-key-reused"));
  BOOST_TEST(place(8, "k").created);
}

BOOST_FIXTURE_TEST_CASE(refusals_do_not_use_the_key_up, placing_of_test) {
  refused(7, "cart-empty");
  set(7, 1, 3);
  set(7, 2, 1);
  catalogue.reprice(1, "2.75");
  refused(7, "price-changed");
  BOOST_TEST(view(7)[0].current_price().minor_units == 275, "the cart shows why");
  hear(catalogue.restock(1, 2));
  refused(7, "out-of-stock", at_any_price());
  catalogue.reprice(1, "2.75", false);
  refused(7, "items-unavailable", at_any_price());
  catalogue.remove(2);
  refused(7, "items-unavailable");
  catalogue.add(2);
  catalogue.reprice(1, "2.75");
  hear(catalogue.restock(1, 3));
  BOOST_CHECK_EXCEPTION(place(7, "refused", with_address(80)), error,
                        is(fault::not_found, "address-not-found"));
  BOOST_TEST(view(7).size() == 2U);
  const auto placed = place(7, "refused", at_any_price());
  BOOST_TEST(placed.created);
  BOOST_TEST(find(7, placed.id).whole.amount.minor_units == 3 * 275 + 250);
}

BOOST_FIXTURE_TEST_CASE(a_refusal_names_the_lines, placing_of_test) {
  set(7, 1, 3);
  set(7, 2, 1);
  catalogue.reprice(1, "3");
  try {
    place(7, "k");
    BOOST_FAIL("placed");
  } catch (const order_refused& said) {
    BOOST_REQUIRE_EQUAL(said.lines().size(), 1U);
    BOOST_TEST(said.lines()[0].product == 1);
    BOOST_TEST(said.lines()[0].price.minor_units == 250);
    BOOST_TEST(said.lines()[0].current_price->minor_units == 300);
  }
}

BOOST_FIXTURE_TEST_CASE(while_products_or_customer_is_away_nothing_is_ordered, placing_of_test) {
  set(7, 1, 1);
  products_go_away();
  BOOST_CHECK_EXCEPTION(place(7, "k"), error, test::is_away);
  products_come_back();
  customers.stop();
  BOOST_REQUIRE(test::eventually([&] { return !broker.has_queue("CUSTOMER_RPC"); }));
  BOOST_CHECK_EXCEPTION(place(7, "k", with_address(70)), error, test::is_away);
  BOOST_TEST(place(7, "k").created);
}

BOOST_FIXTURE_TEST_CASE(a_transaction_number_is_good_for_one_order, placing_of_test) {
  set(7, 1, 1);
  set(8, 1, 1);
  place(7, "k", with_number("T"));
  BOOST_CHECK_EXCEPTION(place(8, "k", with_number("T")), error,
                        is(fault::already_exists, "txn-number-taken"));
  BOOST_TEST(count("order_key") == 1);
  BOOST_TEST(view(8).size() == 1U);
  BOOST_TEST(place(8, "k", with_number("t")).created, "spelt otherwise, another number");
}

BOOST_FIXTURE_TEST_CASE(twenty_identical_requests_at_once_make_one_order, placing_of_test) {
  for (int round = 0; round < 5; ++round) {
    set(7, 1, 1);
    const auto key = uuid_v7();
    const auto said = at_once(20, [&](int) { return said_by(place(7, key, with_number("T" + key))); });
    BOOST_TEST(std::ranges::count(said, "201") == 1);
    for (const auto& each : said) BOOST_TEST((each == "201" || each == "200" || each == "in-progress"), each);
  }
  BOOST_TEST(count("customer_order") == 5);
  BOOST_TEST(events("order.created").size() == 5U);
}

BOOST_FIXTURE_TEST_CASE(different_keys_at_once_order_one_cart_once, placing_of_test) {
  set(7, 1, 1);
  const auto said = at_once(20, [&](int) { return said_by(place(7, uuid_v7())); });
  BOOST_TEST(std::ranges::count(said, "201") == 1);
  for (const auto& each : said)
    BOOST_TEST((each == "201" || each == "cart-empty" || each == "cart-changed" || each == "in-progress"),
               each);
  BOOST_TEST(count("customer_order") == 1);
}

BOOST_FIXTURE_TEST_CASE(a_key_in_work_for_long_is_in_progress, placing_of_test) {
  set(7, 1, 1);
  db::pool usual{schema.options(), logger, metrics};  // whose second is over first
  order_placing impatient{usual, offers, addresses, {"EUR"}, [] {}};
  schema.as_root([&](db::session& s) {
    s.execute("START TRANSACTION");
    s.execute(
        "INSERT INTO order_key (customer_id, idempotency_key, body_hash, order_id) VALUES (7, 'k', '', '')");
    BOOST_CHECK_EXCEPTION(test::wait_for(loop, [&] { return impatient.place(caller(7, "k"), {}, soon()); }),
                          error, is(fault::conflict, "in-progress"));
    s.execute("ROLLBACK");
  });
  BOOST_TEST(place(7, "k").created);
}

BOOST_FIXTURE_TEST_CASE(carts_changed_while_they_are_ordered_are_ordered_as_they_were_or_not_at_all,
                        placing_of_test) {
  std::atomic<int> failures{0};
  std::jthread shopper(test::counting(failures, [&](const std::stop_token& over) {
    for (std::int64_t quantity = 1; !over.stop_requested(); quantity = quantity % 900 + 1) {
      set(7, 1, quantity);
      set(7, 2, quantity);
    }
  }));
  int placed = 0;
  for (int i = 0; i < 40; ++i) {
    try {
      place(7, uuid_v7());
      ++placed;
    } catch (const error& refused) {
      BOOST_TEST((refused.slug() == "cart-changed" || refused.slug() == "cart-empty"), refused.slug());
    }
  }
  shopper.request_stop();
  shopper.join();
  BOOST_TEST(failures == 0);
  BOOST_TEST(count("customer_order") == placed);
  BOOST_TEST(count("order_history") == placed);
  BOOST_TEST(count("customer_order o WHERE amount <> (SELECT SUM(price * quantity) FROM order_line l WHERE "
                   "l.order_id = o.id)") == 0);
  // Two lines are of one cart: the second of them was set right after the first, to the same or one less.
  BOOST_TEST(count("order_line a JOIN order_line b ON a.order_id = b.order_id AND a.product_id = 1 AND "
                   "b.product_id = 2 WHERE a.quantity NOT IN (b.quantity, b.quantity + 1, 1)") == 0);
}

BOOST_FIXTURE_TEST_CASE(a_hundred_lines_are_ordered, placing_of_test) {
  std::vector<wanted_product> most;
  for (std::int64_t id = 100; id < 200; ++id) {
    catalogue.add(id);
    most.push_back({id, 2});
  }
  merge(7, most);
  const auto placed = place(7, "k");
  BOOST_TEST(find(7, placed.id).whole.lines.size() == 100U);
  BOOST_TEST(find(7, placed.id).whole.amount.minor_units == 100 * 500);
}

BOOST_FIXTURE_TEST_CASE(a_customer_places_so_many_orders_an_hour_and_no_more, placing_of_test) {
  std::vector<std::string> ids;
  for (const auto* key : {"one", "two", "three"}) {
    set(7, 1, 1);
    ids.push_back(place_within_limit(7, key).id);
  }
  cancel(7, ids[1]);
  set(7, 1, 1);
  BOOST_CHECK_EXCEPTION(place_within_limit(7, "four"), error, [](const error& refused) {
    return refused.slug() == "too-many-orders" && refused.retry_after().value() > std::chrono::minutes{30};
  });
  BOOST_TEST(count("order_key WHERE customer_id = 7") == 3);
  BOOST_TEST(view(7).size() == 1U);
  const auto again = place_within_limit(7, "three");
  BOOST_TEST(!again.created);
  BOOST_TEST(again.id == ids[2]);
  set(8, 1, 1);
  BOOST_TEST(place_within_limit(8, "one").created);

  sql("UPDATE customer_order SET created_at = created_at - INTERVAL 1 HOUR WHERE id = '" + ids[0] + "'");
  BOOST_TEST(place_within_limit(7, "four").created);
  set(7, 1, 1);
  BOOST_CHECK_EXCEPTION(place_within_limit(7, "five"), error,
                        is(fault::too_many_requests, "too-many-orders"));
  BOOST_TEST(place(7, "five").created, "without a limit");
}

BOOST_FIXTURE_TEST_CASE(orders_at_once_do_not_get_around_the_limit, placing_of_test) {
  std::vector<std::string> said;
  for (int round = 0; round < 10; ++round) {
    for (auto& each : at_once(8, [&](int) {
           set(7, 1, 1);
           return said_by(place_within_limit(7, uuid_v7()));
         }))
      said.push_back(std::move(each));
  }
  BOOST_TEST(std::ranges::count(said, "201") == 3);
  BOOST_TEST(count("customer_order") == 3);
}
