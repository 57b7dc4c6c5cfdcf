#include "common/json/document.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <limits>
#include <string>

namespace json = mercat::json;

namespace {

std::string money(std::int64_t amount) {
  json::writer out;
  out.money(amount);
  return out.take();
}

std::optional<std::int64_t> read(const std::string& number) {
  return json::minor_units(json::document::parse(number).root());
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_price_up_to_999_99_survives_reading_and_writing) {
  for (std::int64_t amount = 0; amount < 100'000; ++amount) {
    char fixed[16];
    std::snprintf(fixed, sizeof fixed, "%d.%02d", static_cast<int>(amount / 100),
                  static_cast<int>(amount % 100));
    if (read(fixed) != amount || read(money(amount)) != amount || read("-" + std::string(fixed)) != -amount) {
      BOOST_FAIL(fixed);
    }
  }
}

BOOST_AUTO_TEST_CASE(more_than_two_decimals_are_no_price) {
  for (std::int64_t amount = 0; amount < 10'000; ++amount) {
    char fixed[24];
    std::snprintf(fixed, sizeof fixed, "%d.%02d%d", static_cast<int>(amount / 100),
                  static_cast<int>(amount % 100), static_cast<int>(amount % 9) + 1);
    if (read(fixed)) BOOST_FAIL(fixed);
  }
  for (const auto* text : {"0.001", "19.999", "1e-3", "0.005", "1e300", "9007199254740993.5", "\"19.99\"",
                           "true", "null", "[]", "99999999999999999999"}) {
    BOOST_TEST(!read(text), text);
  }
}

BOOST_AUTO_TEST_CASE(a_price_may_be_written_in_any_exact_way) {
  BOOST_TEST(read("19.9").value() == 1990);
  BOOST_TEST(read("19").value() == 1900);
  BOOST_TEST(read("1e2").value() == 10'000);
  BOOST_TEST(read("1.999e1").value() == 1999);
  BOOST_TEST(read("-0.0").value() == 0);
  BOOST_TEST(read("19.9900").value() == 1999);
  BOOST_TEST(read("90071992547409.91").value() == 9007199254740991);
}

BOOST_AUTO_TEST_CASE(whole_amounts_are_exact_up_to_the_integer_limit) {
  BOOST_TEST(read("92233720368547758").value() == 9223372036854775800);
  BOOST_TEST(!read("92233720368547759"));
  BOOST_TEST(!read("-92233720368547759"));
}

BOOST_AUTO_TEST_CASE(amounts_are_written_with_no_more_decimals_than_needed) {
  BOOST_TEST(money(1999) == "19.99");
  BOOST_TEST(money(1990) == "19.9");
  BOOST_TEST(money(1900) == "19");
  BOOST_TEST(money(5) == "0.05");
  BOOST_TEST(money(0) == "0");
  BOOST_TEST(money(-5) == "-0.05");
  BOOST_TEST(money(-100) == "-1");
  BOOST_TEST(money(-1999) == "-19.99");
  BOOST_TEST(money(std::numeric_limits<std::int64_t>::min()) == "-92233720368547758.08");
}

BOOST_AUTO_TEST_CASE(texts_are_escaped) {
  json::writer out;
  out.StartObject();
  out.key("a\"b").text("line\n\x01\\ \xF0\x9F\x98\x80");
  out.key("m").money(1050);
  out.key("r").raw("{\"x\":1}");
  out.EndObject();
  BOOST_TEST(out.take() == "{\"a\\\"b\":\"line\\n\\u0001\\\\ \xF0\x9F\x98\x80\",\"m\":10.5,\"r\":{\"x\":1}}");
}
