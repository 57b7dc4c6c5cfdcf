// What an order is, without a database (shopping/order.hpp, order_request.hpp, order_view.hpp, etag.hpp).
#include "common/uuid.hpp"
#include "shopping/etag.hpp"
#include "shopping/order.hpp"
#include "shopping/order_request.hpp"
#include "shopping/order_view.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>

using namespace mercat;
using namespace mercat::shopping;

namespace {

using enum order_state;

stocked_line in_cart(product_id product, std::int64_t price, std::int64_t quantity,
                     std::optional<std::int64_t> on_hand = {}) {
  return {{product, "P", "/p", {price}, quantity}, on_hand};
}

offer at(product_id product, std::int64_t price, bool available = true) {
  return {product, 1, "Now", "/now", {price}, available};
}

std::string slug_of(const std::vector<stocked_line>& lines, const std::vector<offer>& offers,
                    bool accept = false) {
  const auto refused = refusal(lines, offers, accept);
  return refused ? refused->slug() : "";
}

order_request request_of(const std::string& body) {
  return order_request::read(json::document::parse(body).root());
}

std::string key_slug(std::string_view key, std::size_t headers = 1) {
  try {
    check_idempotency_key(key, headers);
    return "";
  } catch (const error& refused) {
    return refused.slug();
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_moves_are_those_of_the_design_and_no_others) {
  const std::set<std::pair<order_state, order_state>> legal{
      {pending, accepted}, {pending, rejected}, {pending, cancelled}, {accepted, cancelled}};
  BOOST_TEST(legal_moves.size() == legal.size());
  for (const auto from : all_order_states)
    for (const auto to : all_order_states) {
      BOOST_TEST(may_move(from, to) == legal.contains({from, to}), name(from) << " to " << name(to));
      const auto origins = origins_of(to);
      BOOST_TEST((std::ranges::count(origins, from) == 1) == legal.contains({from, to}));
    }
  for (const auto to : all_order_states)
    BOOST_TEST(origins_of(to).size() <= 2U, "the UPDATE that moves has room for two");
}

BOOST_AUTO_TEST_CASE(states_have_one_name_each) {
  for (const auto state : all_order_states) BOOST_TEST((order_state_named(name(state)) == state));
  for (const auto* other : {"", "pending", "PENDING ", "SHIPPED"}) BOOST_TEST(!order_state_named(other));
}

BOOST_AUTO_TEST_CASE(an_amount_is_the_sum_of_its_lines) {
  BOOST_TEST(amount_of({{1, "", "", {1999}, 100}, {2, "", "", {10}, 3}}).minor_units == 199'930);
  BOOST_TEST(amount_of({}).minor_units == 0);
}

BOOST_AUTO_TEST_CASE(an_order_id_is_spelt_in_one_way) {
  const auto id = uuid_v7();
  BOOST_TEST(is_order_id(id));
  auto upper = id;
  upper[0] = 'A';
  for (const auto& other : {std::string{}, std::string{"7"}, upper, id + "0", id.substr(1) + "-",
                            std::string(36, '-'), std::string(36, 'a')})
    BOOST_TEST(!is_order_id(other), other);
}

BOOST_AUTO_TEST_CASE(a_request_is_told_apart_by_what_it_means) {
  const auto plain = request_of("{}").hash();
  BOOST_TEST(plain.size() == 64U);
  for (const auto* same : {R"({ "other": 1 })", R"({"acceptPriceChange":false})",
                           R"({"addressId":null,"txnNumber":null,"acceptPriceChange":null})"})
    BOOST_TEST(request_of(same).hash() == plain, same);
  std::set<std::string> all{plain};
  for (const auto* other :
       {R"({"addressId":1})", R"({"addressId":11})", R"({"txnNumber":"1"})", R"({"txnNumber":"11"})",
        R"({"acceptPriceChange":true})", R"({"addressId":1,"txnNumber":"1"})"})
    BOOST_TEST(all.insert(request_of(other).hash()).second, other);
}

BOOST_AUTO_TEST_CASE(keys_and_numbers_are_visible_text_of_up_to_64_characters) {
  BOOST_TEST(key_slug("!") == "");
  BOOST_TEST(key_slug(std::string(64, '~')) == "");
  BOOST_TEST(key_slug("", 0) == "idempotency-key-required");
  BOOST_TEST(key_slug("") == "idempotency-key-invalid");
  BOOST_TEST(key_slug("k", 2) == "idempotency-key-invalid");
  BOOST_TEST(key_slug("a b") == "idempotency-key-invalid");
  BOOST_TEST(key_slug("\xC3\xA9") == "idempotency-key-invalid");
  BOOST_TEST(key_slug(std::string(65, 'k')) == "idempotency-key-invalid");
  for (const auto* bad : {R"({"txnNumber":""})", R"({"txnNumber":"a b"})", R"({"txnNumber":"\u00e9"})"})
    BOOST_CHECK_THROW(request_of(bad), error);
}

BOOST_AUTO_TEST_CASE(a_cart_is_refused_for_the_gravest_reason) {
  BOOST_TEST(slug_of({}, {}) == "cart-empty");
  BOOST_TEST(slug_of({in_cart(1, 100, 2)}, {at(1, 100)}) == "");
  BOOST_TEST(slug_of({in_cart(1, 100, 2, 2)}, {at(1, 100)}) == "");
  BOOST_TEST(slug_of({in_cart(1, 100, 2, 1)}, {at(1, 100)}) == "out-of-stock");
  BOOST_TEST(slug_of({in_cart(1, 100, 2)}, {}) == "items-unavailable");
  BOOST_TEST(slug_of({in_cart(1, 100, 2)}, {at(1, 100, false)}, true) == "items-unavailable");
  BOOST_TEST(slug_of({in_cart(1, 100, 2)}, {at(1, 99)}) == "price-changed");
  BOOST_TEST(slug_of({in_cart(1, 100, 2)}, {at(1, 99)}, true) == "");
  BOOST_TEST(slug_of({in_cart(1, 100, 2), in_cart(2, 1, 5, 4)}, {at(1, 99), at(2, 1)}) == "out-of-stock");
  BOOST_TEST(slug_of({in_cart(1, 100, 2), in_cart(2, 1, 5, 4), in_cart(3, 1, 1)}, {at(1, 99), at(2, 1)}) ==
             "items-unavailable");
}

BOOST_AUTO_TEST_CASE(an_order_has_what_products_says_now) {
  const auto lines = lines_of_order({in_cart(2, 5, 3), in_cart(1, 5, 1)}, {at(1, 7), at(2, 9)});
  BOOST_REQUIRE_EQUAL(lines.size(), 2U);
  BOOST_TEST(lines[0].product == 2);
  BOOST_TEST(lines[0].name == "Now");
  BOOST_TEST(lines[0].total().minor_units == 27);
}

BOOST_AUTO_TEST_CASE(a_cursor_comes_back_as_it_was_and_no_other_text_is_one) {
  const auto id = uuid_v7();
  BOOST_TEST(read_order_cursor(write_order_cursor(id)) == id);
  for (const auto* other : {"", "x", "bzEuNw", "===="})
    BOOST_CHECK_THROW((void)read_order_cursor(other), error);
}

BOOST_AUTO_TEST_CASE(a_page_of_large_orders_ends_early) {
  order large;
  large.currency = "EUR";
  for (product_id i = 0; i < 100; ++i)
    large.lines.push_back({i, std::string(200, 'n'), std::string(500, 'b'), {1}, 1});
  std::vector<order> orders;
  for (int i = 0; i < 20; ++i) {
    large.id = uuid_v7();
    orders.push_back(large);
  }
  const auto text = json_of_page(orders, 20, shown_to::customer);
  BOOST_TEST(text.size() < 600U * 1024);
  const auto page = json::document::parse(text);
  const auto shown = json::member(page.root(), "orders")->Size();
  BOOST_TEST(shown > 1U);
  BOOST_TEST(read_order_cursor(*json::text(page.root(), "nextCursor")) == orders[shown - 1].id);
  orders.resize(2);
  BOOST_TEST(json_of_page(orders, 2, shown_to::customer).ends_with(R"("nextCursor":null})"));
  BOOST_TEST(json_of_page({}, 20, shown_to::staff) == R"({"orders":[],"nextCursor":null})");
}

BOOST_AUTO_TEST_CASE(a_tag_is_found_in_a_list) {
  for (const auto* named : {R"("3")", R"(W/"3")", R"("1", "3")", R"("1",W/"3" )", "*"})
    BOOST_TEST(names_tag(named, R"("3")"), named);
  for (const auto* other : {"", R"("33")", "3", R"("1","2")", ",,"})
    BOOST_TEST(!names_tag(other, R"("3")"), other);
}

BOOST_AUTO_TEST_CASE(an_order_too_many_is_told_when_it_may_be_placed) {
  using namespace std::chrono_literals;
  const order_time now{std::chrono::sys_days{std::chrono::year{2026} / 1 / 31}};
  const auto seconds_left = [now](std::optional<order_time> nth_newest) -> std::int64_t {
    try {
      check_pace(nth_newest, now);
      return 0;
    } catch (const error& refused) {
      BOOST_TEST((refused.kind() == fault::too_many_requests));
      BOOST_TEST(refused.slug() == "too-many-orders");
      return refused.retry_after().value().count();
    }
  };
  BOOST_TEST(seconds_left({}) == 0);
  BOOST_TEST(seconds_left(now - 1h) == 0);
  BOOST_TEST(seconds_left(now - 1h + 1us) == 1);
  BOOST_TEST(seconds_left(now - 40min) == 1200);
  BOOST_TEST(seconds_left(now) == 3600);
}
