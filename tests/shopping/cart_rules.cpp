// What a cart amounts to and how it looks (shopping/cart.hpp).
#include "shopping/cart.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace mercat::shopping;

namespace {

current_offers offered(std::initializer_list<offer> offers) {
  current_offers now;
  now.known = true;
  for (const auto& each : offers) now.offers.emplace(each.id, each);
  return now;
}

const cart mangos_and_oil{{1, "Mango", "/m.svg", {1999}, 100}, {2, "Oil", "/o.svg", {10}, 3}};

}  // namespace

BOOST_AUTO_TEST_CASE(amounts_are_exact) {
  BOOST_TEST(mangos_and_oil[0].total().minor_units == 199900);
  BOOST_TEST(mangos_and_oil[1].total().minor_units == 30);
  for (std::int64_t price = 0; price <= 99999; price += 7)
    BOOST_REQUIRE_EQUAL((cart_line{1, "", "", {price}, 999}.total().minor_units), price * 999);
}

BOOST_AUTO_TEST_CASE(what_is_gone_or_not_available_stays_in_the_cart_outside_the_total) {
  const auto now = offered({{2, "Oil", "/o.svg", {10}, false}});
  BOOST_TEST(total(mangos_and_oil, now).minor_units == 0);
  json::writer out;
  write(out, mangos_and_oil, now, "EUR");
  const auto document = json::document::parse(out.take());
  BOOST_TEST(document.root()["items"].Size() == 2U);
  BOOST_TEST(!document.root()["items"][0]["product"]["available"].GetBool());
}

BOOST_AUTO_TEST_CASE(a_changed_price_is_shown_beside_the_one_of_the_cart) {
  const auto now = offered({{1, "Mango", "/m.svg", {2500}, true}, {2, "Oil", "/o.svg", {10}, true}});
  json::writer out;
  write(out, mangos_and_oil, now, "EUR");
  const auto text = out.take();
  BOOST_TEST(text.find(R"("price":19.99,"currentPrice":25,"priceChanged":true)") != std::string::npos, text);
  BOOST_TEST(text.find(R"("price":0.1,"currentPrice":0.1,"priceChanged":false)") != std::string::npos, text);
  BOOST_TEST(text.find(R"("total":1999.3,"currency":"EUR")") != std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(while_products_is_away_the_cart_is_shown_as_it_was_put_together) {
  BOOST_TEST(total(mangos_and_oil, current_offers{}).minor_units == 199930);
}

BOOST_AUTO_TEST_CASE(a_reply_that_is_no_product_is_no_offer) {
  for (const auto* text :
       {"null", "[]", "{}", R"({"id":1,"name":"x"})", R"({"id":1,"name":"x","price":1.234})",
        R"({"id":"1","name":"x","price":1})", R"({"id":1,"name":"x","price":1,"available":"no"})"}) {
    const auto document = json::document::parse(text);
    BOOST_TEST(!read_offer(document.root()).has_value(), text);
  }
}
