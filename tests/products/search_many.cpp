// Search where words are too common to look at each product that has them: the other ways of answering.
#include "tests/products/listing_of_test.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cctype>
#include <random>
#include <span>
#include <sstream>

using namespace mercat;
using namespace mercat::products;
using mercat::test::all_orders;
using mercat::test::listing_of_test;

namespace {

struct full_shop : listing_of_test {
  void put_all(std::vector<product>& items) {
    database.run_blocking([&](db::session& s) {
      s.execute("START TRANSACTION");
      for (auto& item : items) write(s, item);
      for (std::size_t from = 0; from < items.size(); from += 200)
        store::index_for_search(
            s, std::span(items).subspan(from, std::min<std::size_t>(200, items.size() - from)));
      s.execute("COMMIT");
    });
  }

  std::size_t count(list_request wanted) {
    wanted.limit = 100;
    return ask_all(std::move(wanted)).size();
  }
};

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// What a query means, said plainly, for ASCII.
bool fits(const product& item, const std::string& query) {
  const auto texts = lower(item.name + "\n" + item.description + "\n" + item.type + "\n" + item.sku);
  std::istringstream words(lower(query));
  for (std::string word; words >> word;)
    if (texts.find(word) == std::string::npos) return false;
  return true;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_word_of_thousands_is_answered_as_exactly_as_a_rare_one, full_shop) {
  constexpr int all = 5200;
  constexpr int early = 2100;  // few no more, and beyond the reach of a walk from the other end
  std::vector<product> items;
  for (int i = 0; i < all; ++i) {
    auto item =
        named(std::string(i < early ? "Common early" : "Common late") + (i % 2 == 0 ? " even" : " odd"));
    item.price = {i % 10};
    items.push_back(std::move(item));
  }
  put_all(items);
  for (const auto order : all_orders) {
    auto wanted = first_of(order);
    wanted.query = "arly ommo";
    BOOST_TEST(count(wanted) == std::size_t{early});
    wanted.query = "early odd";
    wanted.category = "things";
    BOOST_TEST(count(wanted) == std::size_t{early / 2});
    wanted.query = "common";
    wanted.least = wanted.most = {3};
    BOOST_TEST(count(wanted) == std::size_t{all / 10});
    wanted.query.clear();
    wanted.most = {9};
    BOOST_TEST(count(wanted) == std::size_t{all / 10 * 7});
  }
}

BOOST_FIXTURE_TEST_CASE(whatever_is_asked_means_the_same_in_each_way_of_answering, full_shop) {
  std::mt19937 random(20240229);
  const std::string letters = "abcAB%_\\+\"'*-";
  const auto word = [&](std::size_t longest) {
    std::string text;
    for (auto left = 1 + random() % longest; left > 0; --left) text += letters[random() % letters.size()];
    return text;
  };
  // A single letter has far more postings than are looked at one by one.
  std::vector<product> items;
  for (int i = 0; i < 300; ++i) {
    auto item = named(word(9));
    for (int n = 0; n < 60; ++n) item.description += word(9) + " ";
    item.type = i % 3 == 0 ? "third" : "other";
    item.price = {i % 7};
    items.push_back(std::move(item));
  }
  put_all(items);
  for (int round = 0; round < 150; ++round) {
    auto wanted = first_of(all_orders[random() % all_orders.size()]);
    for (auto terms = 1 + random() % 4; terms > 0; --terms) wanted.query += word(3) + " ";
    if (random() % 3 == 0) wanted.category = "third";
    if (random() % 3 == 0) wanted.most = {3};
    const auto expected = std::ranges::count_if(items, [&](const product& item) {
      return fits(item, wanted.query) && item.price <= wanted.most &&
             (!wanted.category || item.type == *wanted.category);
    });
    BOOST_TEST(count(wanted) == static_cast<std::size_t>(expected), "q=" << wanted.query);
  }
}
