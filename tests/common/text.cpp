// What texts are made of, and their SHA-256.
#include "common/sha256.hpp"
#include "common/utf8.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace mercat;

namespace {

std::vector<char32_t> code_points_of(std::string_view text) {
  std::vector<char32_t> all;
  while (!text.empty()) all.push_back(take_code_point(text));
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_text_is_taken_apart_by_code_points) {
  const std::vector<char32_t> expected{U'a', U'\u00e9', U'\u20ac', U'\U0001f34e'};
  BOOST_TEST((code_points_of("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x8d\x8e") == expected));
}

BOOST_AUTO_TEST_CASE(a_cut_off_code_point_ends_the_text) {
  BOOST_TEST(code_points_of("a\xe2\x82").size() == 2U);
  BOOST_TEST(code_points_of("\xff").size() == 1U);
}

BOOST_AUTO_TEST_CASE(controls_separators_and_overrides_are_control_characters) {
  for (const char32_t each : {U'\0', U'\n', U'\x7f', U'\u0085', U'\u2028', U'\u202e', U'\u2066'})
    BOOST_TEST(is_control(each), static_cast<std::uint32_t>(each));
  for (const char32_t each : {U' ', U'~', U'\u00a0', U'\u200e', U'\u200f', U'\u200d', U'\U0001f34e'})
    BOOST_TEST(!is_control(each), static_cast<std::uint32_t>(each));
}

BOOST_AUTO_TEST_CASE(what_shows_nothing_is_blank) {
  for (const auto* each : {"", " \t", "\xc2\xa0", "\xe2\x80\x8b", "\xe3\x80\x80 \xef\xbb\xbf", "\xd8\x9c"})
    BOOST_TEST(is_blank(each), each);
  for (const auto* each : {"a", " - ", "\xc3\xa9", "\xf0\x9f\x8d\x8e"}) BOOST_TEST(!is_blank(each), each);
}

BOOST_AUTO_TEST_CASE(the_hash_is_that_of_fips_180) {
  BOOST_TEST(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  BOOST_TEST(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
