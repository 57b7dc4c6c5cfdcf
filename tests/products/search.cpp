// Search on a real database: what is found, and that what users type is never syntax.
#include "common/error.hpp"
#include "tests/products/listing_of_test.hpp"

#include <boost/test/unit_test.hpp>

#include <thread>

using namespace mercat;
using namespace mercat::products;
using mercat::test::all_orders;
using mercat::test::listing_of_test;
using mercat::test::soon;
using names = std::vector<std::string>;

namespace {

struct shop_with_words : listing_of_test {
  void expect(const std::string& query, const names& expected) {
    BOOST_TEST_CONTEXT("q=" << query) {
      BOOST_TEST(search(query) == expected, boost::test_tools::per_element());
    }
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(partial_short_and_common_words_are_found, shop_with_words) {
  put(named("Lampshade of linen"));
  put(named("Shade for the garden"));
  put(named("The 3 D lamp"));
  expect("shade", {"Lampshade of linen", "Shade for the garden"});
  expect("lampshade", {"Lampshade of linen"});
  expect("mpsh", {"Lampshade of linen"});
  expect("the", {"Shade for the garden", "The 3 D lamp"});
  expect("3", {"The 3 D lamp"});
  expect("d", {"Lampshade of linen", "Shade for the garden", "The 3 D lamp"});
  expect("of", {"Lampshade of linen"});
  expect("lampshades", {});
}

BOOST_FIXTURE_TEST_CASE(all_terms_must_occur_anywhere_in_the_texts, shop_with_words) {
  auto chair = named("Chair");
  chair.sku = "OAK-77/B";
  chair.description = "Solid wood,\nhand-made\u00A0in Lübeck";
  chair.type = "Furniture";
  put(chair);
  put(named("Chair of plastic"));
  expect("chair", {"Chair", "Chair of plastic"});
  expect("wood chair", {"Chair"});
  expect("furnit 77/b MADE lubeck", {"Chair"});
  expect("  chair \t\u3000 wood\u2003 ", {"Chair"});
  expect("chair plastic wood", {});
  expect("wood,", {"Chair"});
  expect("77/b furniture", {"Chair"});
  expect("woodhand", {});
}

BOOST_FIXTURE_TEST_CASE(case_and_accents_do_not_matter, shop_with_words) {
  put(named("Crème BRÛLÉE"));
  put(named("Weiße Straße"));
  put(named("ΣΊΣΥΦΟΣ Ёлка"));
  put(named("Cafe\u0301 au lait"));  // the accent as a character of its own
  for (const auto* query : {"creme", "CRÈME", "crème", "cre\u0300me", "brulee", "Rûl"})
    expect(query, {"Crème BRÛLÉE"});
  for (const auto* query : {"strasse", "STRASSE", "straße", "weisse", "ß", "traß"})
    expect(query, {"Weiße Straße"});
  for (const auto* query : {"σίσυφος", "σισυφοσ", "елка", "ЁЛ"}) expect(query, {"ΣΊΣΥΦΟΣ Ёлка"});
  for (const auto* query : {"café", "cafe", "fé"}) expect(query, {"Cafe\u0301 au lait"});
}

BOOST_FIXTURE_TEST_CASE(syntax_of_other_languages_is_only_text, shop_with_words) {
  const names literal{"100% sure", "a_b",   "c:\\dir", "5* hotel",    "12\" disc", "C++",  "e-mail",
                      "O'Brien",   "(x)",   "~tilde",  "<b>bold</b>", "a@b.c",     "$1,5", "`tick`",
                      "semi;--",   "[set]", "{brace}", "wow!?",       "#tag",      "x|y"};
  for (const auto& each : literal) put(named(each));
  put(named("plain words only"));
  for (const auto* query : {"%", "0%", "100%"}) expect(query, {"100% sure"});
  for (const auto* query : {"_", "a_b", "_b"}) expect(query, {"a_b"});
  for (const auto* query : {"\\", ":\\", "c:\\dir", "\\d"}) expect(query, {"c:\\dir"});
  for (const auto* query : {"*", "5*"}) expect(query, {"5* hotel"});
  for (const auto* query : {"\"", "12\""}) expect(query, {"12\" disc"});
  for (const auto* query : {"+", "c++", "++"}) expect(query, {"C++"});
  expect("-", {"e-mail", "semi;--"});
  expect("e-m", {"e-mail"});
  for (const auto* query : {"'", "o'b", "' or"}) expect(query, query[1] == ' ' ? names{} : names{"O'Brien"});
  for (const auto* query : {"(", "(x)"}) expect(query, {"(x)"});
  for (const auto* query : {"~", "<b>", "@", "$", "`", ";--", "[", "{", "!?", "#", "|"})
    BOOST_TEST(search(query).size() == 1U, query);
  for (const auto* query : {"%%", "__", "\\\\", "**", "a%b", "p%n", "p_ain", "+plain", "-plain", "\"plain",
                            "plain*", "'; DROP TABLE product; --", "<->", "p.*n", "%25"})
    expect(query, {});
}

BOOST_FIXTURE_TEST_CASE(emoji_and_right_to_left_text_are_found_and_told_apart, shop_with_words) {
  put(named("Pudding 🍮"));
  put(named("Cake 🎂🎉"));
  put(named("שלום עולם"));
  put(named("مرحبا \u200F(1)\u200F"));
  put(named("漢字テスト"));
  expect("🍮", {"Pudding 🍮"});
  expect("🎂", {"Cake 🎂🎉"});
  expect("🎉", {"Cake 🎂🎉"});
  expect("🎉🎂", {});
  expect("🍰", {});
  expect("שלום", {"שלום עולם"});
  expect("לו", {"שלום עולם"});
  expect("مرح", {"مرحبا \u200F(1)\u200F"});
  expect("\u200F(1)", {"مرحبا \u200F(1)\u200F"});
  expect("字テ", {"漢字テスト"});
  expect("字", {"漢字テスト"});
}

BOOST_FIXTURE_TEST_CASE(nothing_but_blanks_or_invisible_characters_is_not_given, shop_with_words) {
  put(named("A"));
  put(named("B"));
  for (const auto* query : {"", " ", "\t\n", "\u00A0", "\u200F", " \u200B "}) expect(query, {"A", "B"});
}

BOOST_FIXTURE_TEST_CASE(long_texts_and_long_words_are_found_to_their_end, shop_with_words) {
  auto item = named("Long");
  for (int i = 0; i < 700; ++i) item.description += "word" + std::to_string(i) + " ";
  item.description += std::string(3000, 'x') + "needle" + std::string(300, 'y') + " last";
  put(item);
  auto other = named("Other");
  other.description = std::string(3300, 'x') + " needle " + std::string(300, 'y');
  put(other);
  expect("word699", {"Long"});
  expect("last", {"Long"});
  expect("xneedley", {"Long"});
  expect(std::string(90, 'x') + "needle" + std::string(90, 'y'), {"Long"});
  expect(std::string(200, 'x'), {"Long", "Other"});
  expect(std::string(200, 'z'), {});
  // Its ends are there, its middle is not.
  expect(std::string(20, 'x') + "noodle" + std::string(20, 'y'), {});
}

BOOST_FIXTURE_TEST_CASE(more_than_eight_different_words_are_refused, shop_with_words) {
  put(named("a b c d e f g h i"));
  expect("a b c d e f g h", {"a b c d e f g h i"});
  expect("a a a a a a a a a b", {"a b c d e f g h i"});
  BOOST_CHECK_EXCEPTION(static_cast<void>(search("a b c d e f g h i")), error, [](const error& e) {
    return e.kind() == fault::malformed && e.slug() == "invalid-query";
  });
}

BOOST_FIXTURE_TEST_CASE(a_changed_product_is_found_by_what_it_says_now, shop_with_words) {
  auto item = named("Red chair");
  item.id = put(item);
  put(named("Red table"));
  item.name = "Blue chair";
  item.version = 2;
  database.run_blocking([&](db::session& s) {
    s.execute("UPDATE product SET name = ?, version = 2 WHERE id = ?", item.name, item.id);
    store::index_for_search(s, {&item, 1});
  });
  expect("red", {"Red table"});
  expect("blue", {"Blue chair"});
  expect("chair", {"Blue chair"});
  remove(item.id);
  expect("chair", {});
  database.run_blocking([&](db::session& s) {
    BOOST_TEST(s.query("SELECT 1 FROM search_posting WHERE product_id = ?", item.id).empty());
    BOOST_TEST(s.query("SELECT 1 FROM search_text WHERE product_id = ?", item.id).empty());
  });
}

BOOST_FIXTURE_TEST_CASE(search_keeps_to_filters_and_orders, shop_with_words) {
  for (int i = 0; i < 30; ++i) {
    auto item = named("Lamp " + std::to_string(i % 7));
    item.price = {i % 5 * 100};
    item.type = i % 2 == 0 ? "even" : "odd";
    put(item);
  }
  put(named("Chair"));
  for (const auto order : all_orders) {
    auto wanted = first_of(order);
    wanted.query = "amp mp";
    wanted.limit = 2;
    BOOST_TEST(ask_all(wanted).size() == 30U);
    wanted.query = "lamp";
    wanted.category = "odd";
    wanted.least = {200};
    wanted.most = {300};
    const auto found = ask_all(wanted);
    BOOST_TEST(found.size() == 6U);
    for (const auto& item : found) {
      BOOST_TEST(item.type == "odd");
      BOOST_TEST((item.price.minor_units == 200 || item.price.minor_units == 300));
    }
  }
}

BOOST_FIXTURE_TEST_CASE(what_was_written_without_an_index_gets_one_once, shop_with_words) {
  database.run_blocking([&](db::session& s) {
    for (int i = 0; i < 450; ++i) {
      auto item = named("Old lamp");
      write(s, item);
    }
  });
  BOOST_TEST(search("lamp").empty());
  db::pool other{schema.options(), logger, metrics};
  std::size_t there = 0;
  std::thread replica([&] { there = store::index_missing(other); });
  const auto here = store::index_missing(database);
  replica.join();
  BOOST_TEST(here + there >= 450U);
  BOOST_TEST(search("lamp").size() == 450U);
  BOOST_TEST(store::index_missing(database) == 0U);

  // Changed by something that knows no index.
  database.run_blocking([&](db::session& s) {
    s.execute("UPDATE product SET name = 'New vase', version = version + 1 WHERE id = 7");
  });
  BOOST_TEST(store::index_missing(database) == 1U);
  BOOST_TEST(search("vase").size() == 1U);
  BOOST_TEST(search("lamp").size() == 449U);
}

BOOST_FIXTURE_TEST_CASE(writers_of_the_same_new_words_all_succeed, shop_with_words) {
  constexpr std::size_t writers = 4;
  constexpr int each = 25;
  constexpr std::array steps{1, 3, 7, 9};  // without a common factor with 20
  const auto write_one = [&](std::size_t writer, int n) {
    auto item = named("");
    // New words of all writers, in another order for each.
    for (int i = 0; i < 20; ++i)
      item.name += "w" + std::to_string(n) + "x" + std::to_string((i * steps[writer]) % 20) + " ";
    return item;
  };
  std::vector<std::thread> threads;
  std::atomic<int> failed{0};
  std::vector<std::vector<product>> items(writers);
  for (std::size_t w = 0; w < writers; ++w)
    for (int n = 0; n < each; ++n) items[w].push_back(write_one(w, n));
  std::vector<std::unique_ptr<async::event_loop>> loops;
  for (std::size_t w = 0; w < writers; ++w) loops.push_back(std::make_unique<async::event_loop>("writer"));
  for (std::size_t w = 0; w < writers; ++w)
    threads.emplace_back([&, w] {
      for (auto& item : items[w]) try {
          mercat::test::wait_for(*loops[w], [&] {
            return database.transaction(soon(), [&](db::session& s) {
              write(s, item);
              store::index_for_search(s, {&item, 1});
            });
          });
        } catch (const std::exception&) {
          ++failed;
        }
    });
  for (auto& thread : threads) thread.join();
  BOOST_TEST(failed.load() == 0);
  for (int n = 0; n < each; ++n) BOOST_TEST(search("w" + std::to_string(n) + "x19").size() == writers);
}
