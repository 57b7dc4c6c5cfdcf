// What a cart amounts to, how it looks, and what a merge makes of it (shopping/cart.hpp).
#include "shopping/cart.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace mercat::shopping;

namespace {

cart mangos_and_oil() {
  return {{1, "Mango", "/m.svg", {1999}, 100}, {2, "Oil", "/o.svg", {10}, 3}};
}

std::string written(const cart& lines) {
  json::writer out;
  write(out, lines, "EUR");
  return out.take();
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_gone_or_not_available_stays_in_the_cart_outside_the_total) {
  auto lines = mangos_and_oil();
  lines[0].now = product_now{{2500}, true, true};
  lines[1].now = product_now{{10}, false, false};
  BOOST_TEST(total(lines).minor_units == 0);
  const auto text = written(lines);
  BOOST_TEST(has(text, R"("price":19.99,"currentPrice":19.99,"priceChanged":false,"available":false)"), text);
  BOOST_TEST(has(text, R"("lineTotal":1999)"), text);
  BOOST_TEST(has(text, R"("price":0.1,"currentPrice":0.1,"priceChanged":false,"available":false)"), text);
  BOOST_TEST(has(text, R"("total":0,"currency":"EUR")"), text);
}

BOOST_AUTO_TEST_CASE(a_changed_price_is_shown_beside_the_one_of_the_cart) {
  auto lines = mangos_and_oil();
  lines[0].now = product_now{{2500}, true, false};
  lines[1].now = product_now{{10}, true, false};
  const auto text = written(lines);
  BOOST_TEST(has(text, R"("price":19.99,"currentPrice":25,"priceChanged":true,"available":true)"), text);
  BOOST_TEST(has(text, R"("price":0.1,"currentPrice":0.1,"priceChanged":false,"available":true)"), text);
  BOOST_TEST(has(text, R"("total":1999.3,"currency":"EUR")"), text);
}

BOOST_AUTO_TEST_CASE(a_product_that_the_replica_does_not_know_is_shown_as_it_was_put_in) {
  const auto lines = mangos_and_oil();
  BOOST_TEST(total(lines).minor_units == 199930);
  BOOST_TEST(
      has(written(lines), R"("price":19.99,"currentPrice":19.99,"priceChanged":false,"available":true)"));
}

BOOST_AUTO_TEST_CASE(quantities_of_one_product_are_summed) {
  const auto sums = summed({{3, 1}, {1, 5}, {3, 998}, {3, 2}});
  BOOST_REQUIRE_EQUAL(sums.size(), 2U);
  BOOST_TEST(sums[0].product == 3);
  BOOST_TEST(sums[0].quantity == 1001);
  BOOST_TEST(sums[1].quantity == 5);
}

BOOST_AUTO_TEST_CASE(a_merge_adds_up_to_the_limit_and_keeps_the_price_of_what_is_there) {
  const auto merged =
      merge(mangos_and_oil(), {{1, 950}, {2, 1}, {5, 1200}},
            {{1, 2, "Mango!", "/n.svg", {2500}}, {2, 1, "Oil", "", {10}}, {5, 1, "Tea", "", {7}}});
  BOOST_TEST(merged.skipped.empty());
  BOOST_REQUIRE_EQUAL(merged.changed.size(), 3U);
  BOOST_TEST(merged.changed[0].quantity == 999);
  BOOST_TEST(merged.changed[0].price.minor_units == 1999);
  BOOST_TEST(merged.changed[0].name == "Mango");
  BOOST_TEST(merged.changed[1].quantity == 4);
  BOOST_TEST(merged.changed[2].quantity == 999);
  BOOST_TEST(merged.changed[2].price.minor_units == 7);
}

BOOST_AUTO_TEST_CASE(a_merge_says_what_it_skipped_and_why) {
  cart full;
  for (product_id id = 1; id < most_lines; ++id) full.push_back({id, "P", "", {1}, 1});
  std::vector<offer> offers{
      {1, 1, "P", "", {1}}, {201, 1, "A", "", {1}, false}, {202, 1, "B", "", {1}}, {203, 1, "C", "", {1}}};
  const auto merged = merge(full, {{200, 1}, {201, 1}, {202, 1}, {203, 1}, {1, 1}}, offers);
  BOOST_TEST(merged.changed.size() == 2U);
  json::writer out;
  write(out, {}, merged.skipped, "EUR");
  BOOST_TEST(
      out.take() ==
      R"({"items":[],"total":0,"currency":"EUR","skipped":[{"productId":200,"reason":"product-not-found"},)"
      R"({"productId":201,"reason":"not-available"},{"productId":203,"reason":"cart-full"}]})");
}
