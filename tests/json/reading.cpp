#include "common/error.hpp"
#include "common/json/document.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <limits>
#include <string>
#include <vector>

using mercat::error;
using mercat::fault;
namespace json = mercat::json;
namespace data = boost::unit_test::data;

namespace {

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

// Escapes are written for C++: what the parser sees is between the quotes.
const std::vector<std::string> hostile{
    "",
    " ",
    "{",
    "{]",
    "[1,]",
    "{\"a\":1,}",
    "{'a':1}",
    "{a:1}",
    "{} {}",
    "{}x",
    "\xEF\xBB\xBF{}",                       // BOM
    std::string("{}\0", 3),                 // NUL behind the value
    std::string("{\"a\":\"\0\"}", 9),       // NUL in a text
    "{\"a\":\"\\u0000\"}",                  // the same, escaped
    "{\"a\\u0000\":1}",                     // and in a name
    "{\"a\":1,\"a\":2}",                    // twice the same name
    "{\"a\":1,\"\\u0061\":2}",              // and written in two ways
    "[{\"b\":{\"x\":1,\"y\":2,\"x\":3}}]",  // and deep inside
    "\"\\ud800\"",                          // lone surrogates
    "\"\\udc00\"",
    "\"\\ud800\\ud800\"",
    "{\"\\udfff\":1}",
    "\"\xED\xA0\x80\"",  // a surrogate in UTF-8
    "\"\xC0\x80\"",      // overlong
    "\"\xE0\x80\x80\"",
    "\"\xF4\x90\x80\x80\"",  // above U+10FFFF
    "\"\xFF\"",
    "\"\xC3\"",
    "\"\xF0",  // a text cut within a character, at the end of a short and of a long string
    "[\"a name that is long enough to be on the heap \xF0",
    "[\"a name that is long enough to be on the heap \xE2\x82",
    "\"a\nb\"",  // bare control character
    "\"\\x41\"",
    "1e400",
    "-1e400",
    "1.8e308",
    "[-1.8e308]",
    "1e99999999999999999999",
    "01",
    "+1",
    ".5",
    "1.",
    "1e",
    "-",
    "0x10",
    "NaN",
    "Infinity",
    "nul",
    "truE",
    "// comment\n{}",
    "{} // comment",
    nested(65),
    std::string(60'000, '['),
};

}  // namespace

BOOST_DATA_TEST_CASE(hostile_text_is_refused_as_malformed, data::make(hostile)) {
  try {
    static_cast<void>(json::document::parse(sample));
    BOOST_FAIL("accepted: " << sample.substr(0, 40));
  } catch (const error& refused) {
    BOOST_TEST((refused.kind() == fault::malformed));
    BOOST_TEST(refused.slug() == "malformed-json");
    BOOST_TEST(refused.detail().find("at byte") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(any_value_may_be_the_root) {
  for (const auto* text : {"null", "true", "0", "-0", "\"\"", "[]", " {} \r\n\t", "1E+2", "-1.5e-3"}) {
    BOOST_CHECK_NO_THROW(static_cast<void>(json::document::parse(text)));
  }
}

BOOST_AUTO_TEST_CASE(every_number_is_the_nearest_double) {
  const auto read = json::document::parse(
      "[0e-324, -0e9, 0.0e300, 1e-400, 4.9e-324, 0.1, 19.99, 1.7976931348623157e308, 9007199254740993.0, "
      "123456789.125]");
  const std::array expected{
      0., 0., 0., 0., 4.9e-324, 0.1, 19.99, 1.7976931348623157e308, 9007199254740992., 123456789.125};
  for (rapidjson::SizeType i = 0; i < expected.size(); ++i)
    BOOST_TEST(read.root()[i].GetDouble() == expected[i]);
}

BOOST_AUTO_TEST_CASE(an_integer_stays_one_to_the_ends_of_its_range) {
  const auto read =
      json::document::parse("[0, -0, -9223372036854775808, 9223372036854775807, 18446744073709551615, 1.0]");
  BOOST_TEST((read.root()[0].IsInt() && read.root()[1].IsInt()));
  BOOST_TEST(read.root()[2].GetInt64() == std::numeric_limits<std::int64_t>::min());
  BOOST_TEST(read.root()[3].GetInt64() == std::numeric_limits<std::int64_t>::max());
  BOOST_TEST(read.root()[4].GetUint64() == std::numeric_limits<std::uint64_t>::max());
  BOOST_TEST(!read.root()[5].IsInt64());
}

BOOST_AUTO_TEST_CASE(sixty_four_levels_are_enough_for_everyone) {
  BOOST_CHECK_NO_THROW(static_cast<void>(json::document::parse(nested(64))));
}

BOOST_AUTO_TEST_CASE(text_beyond_the_basic_plane_survives) {
  const auto read = json::document::parse("[\"\\ud83d\\ude00\", \"\xF0\x9F\x98\x80\", \"\xED\x9F\xBF\"]");
  BOOST_TEST((read.root()[0] == read.root()[1]));
  BOOST_TEST(read.root()[0].GetString() == std::string("\xF0\x9F\x98\x80"));
  BOOST_TEST(read.root()[2].GetStringLength() == 3U);
}

BOOST_AUTO_TEST_CASE(the_same_name_may_occur_in_different_objects) {
  BOOST_CHECK_NO_THROW(
      static_cast<void>(json::document::parse("{\"a\":{\"a\":[{\"a\":1},{\"a\":2}]},\"b\":{\"a\":1}}")));
}

BOOST_AUTO_TEST_CASE(a_duplicate_among_thousands_of_names_is_found_quickly) {
  std::string text = "{";
  for (int i = 0; i < 8000; ++i) text += "\"" + std::to_string(i) + "\":0,";
  const auto start = std::chrono::steady_clock::now();
  BOOST_CHECK_NO_THROW(static_cast<void>(json::document::parse(text + "\"8000\":0}")));
  BOOST_CHECK_THROW(static_cast<void>(json::document::parse(text + "\"4711\":0}")), error);
  BOOST_TEST((std::chrono::steady_clock::now() - start < std::chrono::seconds{2}));
}

BOOST_AUTO_TEST_CASE(a_document_outlives_the_text_and_its_copies_share_it) {
  std::optional<json::document> copy;
  {
    std::string text = "{\"name\":\"a long enough name to be on the heap\"}";
    const auto read = json::document::parse(text);
    copy = read;
    text.assign(text.size(), 'x');
  }
  BOOST_TEST(json::text(copy->root(), "name").value() == "a long enough name to be on the heap");
}

BOOST_AUTO_TEST_CASE(getters_tell_absent_from_wrong) {
  const auto read = json::document::parse(
      "{\"t\":\"x\",\"n\":null,\"i\":-9223372036854775808,\"f\":1.5,\"big\":9223372036854775808,\"b\":true}");
  const auto& root = read.root();
  BOOST_TEST(json::text(root, "t").value() == "x");
  BOOST_TEST(!json::text(root, "n"));
  BOOST_TEST(!json::text(root, "absent"));
  BOOST_TEST(json::integer(root, "i").value() == std::numeric_limits<std::int64_t>::min());
  BOOST_TEST(json::boolean(root, "b").value());
  BOOST_CHECK_THROW(static_cast<void>(json::integer(root, "f")), error);
  BOOST_CHECK_THROW(static_cast<void>(json::integer(root, "big")), error);
  BOOST_CHECK_THROW(static_cast<void>(json::text(root, "i")), error);
  BOOST_CHECK_THROW(static_cast<void>(json::boolean(root, "t")), error);
  BOOST_TEST(json::member(json::document::parse("[]").root(), "x") == nullptr);
}
