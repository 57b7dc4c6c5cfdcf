// The words of search (products/search_words.hpp).
#include "products/search_words.hpp"

#include "common/error.hpp"
#include "products/listing.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <stdexcept>

using namespace mercat;
using namespace mercat::products;

BOOST_AUTO_TEST_CASE(weights_fold_to_one_character_each_and_white_space_to_blanks) {
  BOOST_TEST(folded_from_weights("").empty());
  BOOST_TEST(folded_from_weights("20000201202002052040020927400209FFFF") ==
             "\xC2\x80 \xC2\xA0 \xC3\x80 "
             "\xE3\x9D\x80 \xF0\x9F\xBF\xBF");
  for (const auto* broken : {"2", "20", "200", "20000", "XXXX", "-001"})
    BOOST_CHECK_THROW(static_cast<void>(folded_from_weights(broken)), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(words_are_distinct_and_what_stands_between_blanks) {
  const std::vector<std::string_view> expected{"a", "bc"};
  BOOST_TEST(words_of("  bc a  bc ") == expected, boost::test_tools::per_element());
  BOOST_TEST(words_of("").empty());
  BOOST_TEST(words_of("   ").empty());
}

BOOST_AUTO_TEST_CASE(every_part_of_a_word_starts_one_of_its_suffixes) {
  const std::string word = "abcdefghijklmnopqrs\xC3\xA9tuvw";
  const auto suffixes = suffixes_of(word);
  BOOST_TEST(suffixes.size() == length_of(word));
  for (std::size_t from = 0; from < word.size(); ++from)
    for (std::size_t size = 1; from + size <= word.size(); ++size) {
      const std::string_view part = std::string_view(word).substr(from, size);
      if ((part.front() & 0xC0) == 0x80 || part.back() == '\xC3') continue;  // half a character
      for (const auto probe : probes_of(part))
        BOOST_REQUIRE(std::ranges::any_of(suffixes, [&](auto each) { return each.starts_with(probe); }));
    }
  for (const auto suffix : suffixes) BOOST_TEST(length_of(suffix) <= longest_suffix);
}

BOOST_AUTO_TEST_CASE(terms_come_longest_first_each_once_and_at_most_eight) {
  const std::vector<std::string> expected{"ccc", "bb", "a"};
  BOOST_TEST(terms_of("a bb ccc a bb") == expected, boost::test_tools::per_element());
  BOOST_TEST(terms_of("a b c d e f g h").size() == 8U);
  BOOST_TEST(terms_of("a a a a a a a a a").size() == 1U);
  BOOST_CHECK_THROW(static_cast<void>(terms_of("a b c d e f g h i")), error);
}
