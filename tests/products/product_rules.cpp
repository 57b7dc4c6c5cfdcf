// Ids and the JSON of a product (products/product.hpp).
#include "products/product.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace mercat::products;

BOOST_AUTO_TEST_CASE(a_product_id_comes_as_a_number_as_digits_or_in_an_object) {
  for (const auto* text : {"7", R"("7")", R"({"product_id":7})", R"({"product_id":"7"})"}) {
    const auto document = json::document::parse(text);
    BOOST_TEST(read_product_id(document.root()).value_or(0) == 7, text);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_product_id_is_none) {
  for (const auto* text :
       {"0", "-1", "1.5", "1e3", "null", "true", "[]", "[1]", "{}", R"("")", R"("x")", R"("1 ")",
        R"({"product_id":{"product_id":1}})", "9223372036854775808", R"("9223372036854775808")"}) {
    const auto document = json::document::parse(text);
    BOOST_TEST(!read_product_id(document.root()).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(a_product_is_written_with_exact_money_and_unharmed_text) {
  product item;
  item.id = 7;
  item.name = "Müsli \"Früh\" 🥣 \\ </script>";
  item.price = {1999};
  json::writer out;
  write(out, item, "EUR");
  const auto text = out.take();
  BOOST_TEST(text.find("\"price\":19.99,\"currency\":\"EUR\"") != std::string::npos, text);
  const auto document = json::document::parse(text);
  BOOST_TEST(json::text(document.root(), "name").value() == item.name);
  BOOST_TEST(document.root().MemberCount() == 15U);
}
