// What the staff send (products/product_form.hpp, products/schemas.hpp).
#include "products/product_form.hpp"

#include "common/error.hpp"
#include "products/schemas.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdio>

using namespace mercat;
using namespace mercat::products;

namespace {

product read_new(const std::string& text) {
  const auto body = json::document::parse(text);
  schemas::new_product().require(body.root());
  return read_new_product(body.root(), "EUR");
}

product read_changed(const std::string& text) {
  const auto body = json::document::parse(text);
  schemas::changed_product().require(body.root());
  return read_changed_product(body.root(), "EUR");
}

stock_adjustment read_adjustment(const std::string& text) {
  const auto body = json::document::parse(text);
  schemas::stock_adjustment().require(body.root());
  return read_stock_adjustment(body.root());
}

// A new product with these members as well, the later of two in place of the earlier.
std::string with(const std::string& name, const std::string& value) {
  std::string text = "{";
  for (const auto& [member, otherwise] : {std::pair<std::string, std::string>{"sku", "\"A-1\""},
                                          {"name", "\"Lamp\""},
                                          {"type", "\"lamps\""},
                                          {"price", "19.99"}})
    if (member != name) text += "\"" + member + "\":" + otherwise + ",";
  return text + "\"" + name + "\":" + value + "}";
}

std::string quoted(std::size_t length, const char* character = "x") {
  std::string text = "\"";
  for (std::size_t i = 0; i < length; ++i) text += character;
  return text + "\"";
}

void refused(const std::string& member, const std::string& value) {
  BOOST_CHECK_EXCEPTION(static_cast<void>(read_new(with(member, value))), error, [&](const error& why) {
    BOOST_TEST_CONTEXT(member << " " << value.substr(0, 40)) {
      BOOST_TEST(why.slug() == "invalid-body");
      BOOST_REQUIRE(!why.violations().empty());
      BOOST_TEST(why.violations().front().pointer == "/" + member);
    }
    return true;
  });
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_not_given_has_its_default) {
  const auto item = read_new(with("currency", "\"EUR\""));
  BOOST_TEST(item.sku == "A-1");
  BOOST_TEST(item.price.minor_units == 1999);
  BOOST_TEST(item.description == "");
  BOOST_TEST(item.unit == "1");
  BOOST_TEST(item.available);
  BOOST_TEST(item.quantity == 0);
  BOOST_TEST(item.supplier == "");
  BOOST_TEST(item.banner == "");
  BOOST_TEST(read_new(with("unit", "null")).unit == "1");
}

BOOST_AUTO_TEST_CASE(every_limit_holds_in_code_points_and_one_more_is_refused) {
  for (const auto& [member, most] : {std::pair<const char*, std::size_t>{"name", 200},
                                     {"type", 64},
                                     {"unit", 32},
                                     {"supplier", 200},
                                     {"banner", 500},
                                     {"description", 10'000}}) {
    BOOST_CHECK_NO_THROW(static_cast<void>(read_new(with(member, quoted(most, "🍮")))));
    refused(member, quoted(most + 1, "🍮"));
  }
  BOOST_CHECK_NO_THROW(static_cast<void>(read_new(with("sku", quoted(32)))));
  refused("sku", quoted(33));
  for (const auto* value : {"0", "-0", "99999999.99", "0.01", "1e2"})
    BOOST_CHECK_NO_THROW(static_cast<void>(read_new(with("price", value))));
  for (const auto* value : {"-0.01", "100000000", "1.999", "99999999.999", "\"1\"", "null", "true", "[1]"})
    refused("price", value);
  for (const auto* value : {"-1", "1000000001", "1.5", "\"1\"", "9223372036854775808"})
    refused("quantity", value);
  BOOST_TEST(read_new(with("quantity", "1000000000")).quantity == most_on_hand);
}

BOOST_AUTO_TEST_CASE(every_price_from_0_to_999_99_is_read_and_written_exactly) {
  for (std::int64_t cents = 0; cents < 100'000; ++cents) {
    char text[16];
    std::snprintf(text, sizeof text, "%d.%02d", static_cast<int>(cents / 100), static_cast<int>(cents % 100));
    const auto body = json::document::parse(with("price", text));
    auto item = read_new_product(body.root(), "EUR");
    BOOST_REQUIRE_EQUAL(item.price.minor_units, cents);
    json::writer out;
    out.money(item.price.minor_units);
    BOOST_REQUIRE_EQUAL(json::minor_units(json::document::parse(out.take()).root()).value(), cents);
  }
}

BOOST_AUTO_TEST_CASE(blank_text_and_control_characters_are_refused) {
  for (const auto* member : {"name", "type"})
    for (const auto* value : {R"("")", R"(" ")", R"("\t")", R"("\u00a0\u3000")", R"("\u200b\ufeff\u200f")"})
      refused(member, value);
  for (const auto* value : {R"("")", R"(" ")", R"("a b")", R"(" a")", R"("é")", R"("a\u007f")", R"("a\n")"})
    refused("sku", value);
  for (const auto* member : {"name", "type", "unit", "supplier", "banner"})
    for (const auto* value : {R"("a\nb")", R"("a\tb")", R"("a\u0001")", R"("a\u007f")", R"("a\u0085")"})
      refused(member, value);
  for (const auto* value : {R"("a\u0007")", R"("\u001b[1m")"}) refused("description", value);
  BOOST_TEST(read_new(with("description", R"("a\n\tb ")")).description == "a\n\tb ");
  BOOST_CHECK_EXCEPTION(static_cast<void>(read_new(with("name", R"("a\u0000")"))), error,
                        [](const error& why) { return why.slug() == "malformed-json"; });
}

BOOST_AUTO_TEST_CASE(text_is_not_trimmed_nor_changed) {
  BOOST_TEST(read_new(with("name", R"("  \"%_\\' 🍮 \u200fשלום ")")).name == "  \"%_\\' 🍮 \u200Fשלום ");
}

BOOST_AUTO_TEST_CASE(another_currency_is_refused) {
  refused("currency", "\"USD\"");
  refused("currency", "\"eur\"");
  refused("currency", "1");
}

BOOST_AUTO_TEST_CASE(all_that_is_wrong_is_said_at_once) {
  try {
    static_cast<void>(read_new(R"({"sku":"a b","name":" ","type":"t","price":1.234,"unit":"\u0001"})"));
    BOOST_ERROR("accepted");
  } catch (const error& why) {
    BOOST_TEST(why.violations().size() == 4U);
  }
}

BOOST_AUTO_TEST_CASE(a_change_needs_its_version_and_takes_the_answer_of_a_get) {
  product item;
  item.id = 7;
  item.sku = "A-1";
  item.name = "Lamp";
  item.type = "lamps";
  item.unit = "2";
  item.price = {100};
  item.quantity = 5;
  item.version = 3;
  json::writer out;
  write(out, item, "EUR");
  const auto changed = read_changed(out.take());
  BOOST_TEST(changed.version == 3);
  BOOST_TEST(changed.unit == "2");
  BOOST_TEST(changed.id == 0);
  BOOST_TEST(read_changed(with("version", "1")).version == 1);
  for (const auto* version : {"0", "-1", "\"1\"", "1.5", "null"})
    BOOST_CHECK_THROW(static_cast<void>(read_changed(with("version", version))), error);
  BOOST_CHECK_THROW(static_cast<void>(read_changed(with("quantity", "1"))), error);
}

BOOST_AUTO_TEST_CASE(an_adjustment_is_a_number_that_is_not_0_with_a_reason) {
  const auto wanted = read_adjustment(R"({"delta":-3,"reason":"broken"})");
  BOOST_TEST(wanted.delta == -3);
  BOOST_TEST(wanted.reason == "broken");
  for (const auto* text :
       {R"({"delta":0,"reason":"x"})", R"({"delta":1.5,"reason":"x"})", R"({"delta":"1","reason":"x"})",
        R"({"delta":1})", R"({"reason":"x"})", R"({"delta":1,"reason":" "})",
        R"({"delta":1,"reason":"a\nb"})", R"({"delta":1000000001,"reason":"x"})", R"([])"})
    BOOST_CHECK_THROW(static_cast<void>(read_adjustment(text)), error);
  BOOST_CHECK_THROW(static_cast<void>(read_adjustment("{\"delta\":1,\"reason\":" + quoted(201) + "}")),
                    error);
}
