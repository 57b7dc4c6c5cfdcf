// Amounts through the whole of what the API does with them, compared as text with digits worked out here by
// whole numbers.
#include "shopping/cart.hpp"

#include <boost/test/unit_test.hpp>

#include <random>

using namespace mercat;
using namespace mercat::shopping;

namespace {

// As a JSON number with at most two decimals and no zero at the end.
std::string digits(std::int64_t cents) {
  auto text = std::to_string(cents / 100);
  const auto rest = cents % 100;
  if (rest == 0) return text;
  text += '.';
  text += static_cast<char>('0' + rest / 10);
  if (rest % 10 != 0) text += static_cast<char>('0' + rest % 10);
  return text;
}

std::string two_decimals(std::int64_t cents) {
  const auto rest = std::to_string(cents % 100);
  return std::to_string(cents / 100) + (rest.size() == 1 ? ".0" : ".") + rest;
}

// The amount of a price text in a product's JSON.
money read_price(const std::string& price) {
  const auto document = json::document::parse(R"({"id":1,"version":1,"name":"P","price":)" + price + "}");
  const auto read = read_offer(document.root());
  if (!read) throw std::runtime_error("not read: " + price);
  return read->price;
}

std::string member_after(const std::string& text, const std::string& name) {
  const auto at = text.find("\"" + name + "\":");
  const auto from = at + name.size() + 3;
  return text.substr(from, text.find_first_of(",}", from) - from);
}

std::string written(const cart& lines) {
  json::writer out;
  write(out, lines, "EUR");
  return out.take();
}

cart one_line(const std::string& price, std::int64_t quantity) {
  return {{1, "P", "", read_price(price), quantity}};
}

}  // namespace

BOOST_AUTO_TEST_CASE(three_times_ten_cents_is_thirty_cents) {
  BOOST_TEST(member_after(written(one_line("0.10", 3)), "total") == "0.3");
  BOOST_TEST(member_after(written(one_line("19.99", 100)), "total") == "1999");
}

BOOST_AUTO_TEST_CASE(every_price_below_a_thousand_times_any_quantity_is_exact) {
  for (std::int64_t cents = 0; cents <= 99'999; ++cents) {
    const auto read = read_price(two_decimals(cents));
    BOOST_REQUIRE_EQUAL(read.minor_units, cents);
    for (const std::int64_t quantity : {1, 2, 3, 7, 10, 99, 100, 999}) {
      const auto text = written({{1, "P", "", read, quantity}});
      BOOST_REQUIRE_EQUAL(member_after(text, "price"), digits(cents));
      BOOST_REQUIRE_EQUAL(member_after(text, "lineTotal"), digits(cents * quantity));
      BOOST_REQUIRE_EQUAL(member_after(text, "total"), digits(cents * quantity));
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_as_the_same_amount) {
  for (std::int64_t cents = 0; cents <= 99'999; ++cents)
    BOOST_REQUIRE_EQUAL(read_price(digits(cents)).minor_units, cents);
}

BOOST_AUTO_TEST_CASE(the_total_of_many_lines_is_exact) {
  std::mt19937 random{7};
  std::uniform_int_distribution<std::int64_t> prices{0, 99'999};
  std::uniform_int_distribution<std::int64_t> quantities{1, 999};
  for (int round = 0; round < 2000; ++round) {
    cart lines;
    std::int64_t sum = 0;
    for (product_id id = 1; id <= 100; ++id) {
      const auto cents = prices(random);
      const auto quantity = quantities(random);
      sum += cents * quantity;
      lines.push_back({id, "P", "", read_price(two_decimals(cents)), quantity});
    }
    BOOST_REQUIRE_EQUAL(member_after(written(lines), "total"), digits(sum));
  }
}

BOOST_AUTO_TEST_CASE(a_price_of_more_than_two_decimals_is_no_price) {
  for (const auto* text : {"0.001", "19.999", "1e-3", "0.30000000000000004"})
    BOOST_CHECK_THROW(read_price(text), std::runtime_error);
}
