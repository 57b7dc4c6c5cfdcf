// Cursors, ids and the JSON of a product (products/product.hpp).
#include "common/error.hpp"
#include "products/product.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace mercat::products;

BOOST_AUTO_TEST_CASE(a_cursor_leads_back_to_where_it_was_made) {
  for (const product_id after : {product_id{1}, product_id{20}, product_id{9223372036854775807}})
    BOOST_TEST(read_cursor(write_cursor(after)) == after);
}

BOOST_AUTO_TEST_CASE(a_cursor_that_we_did_not_make_is_malformed) {
  for (const auto* forged :
       {"", "v1.", "v1.0", "v1.-1", "v1.1 ", "v1.1x", "v2.1", "1", "v1.9223372036854775808"})
    BOOST_CHECK_EXCEPTION(static_cast<void>(read_cursor(forged)), error, [](const error& e) {
      return e.kind() == fault::malformed && e.slug() == "invalid-cursor";
    });
}

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
