// The mails about orders: what they say, and that names of products stay names.
#include "common/error.hpp"
#include "crm-mailer/mail_template.hpp"
#include "crm-mailer/order_messages.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>
#include <stdexcept>
#include <string>

using namespace mercat;
using namespace mercat::crm_mailer;

namespace {

constexpr auto event_id = "0198c0de-0000-7000-8000-000000000001";

order_summary two_items() {
  order_summary order;
  order.order_id = "0198c0de-0000-7000-8000-00000000000a";
  order.items = {{"Tea", 2, {350}, {700}}, {"Desk lamp", 1, {119'905}, {119'905}}};
  order.amount = {120'605};
  order.currency = "EUR";
  return order;
}

mail letter_of(order_news news, const order_summary& order) {
  const letterhead shop{mailbox::parse("Mercat <shop@mercat.test>"), "mercat.test", "http://localhost:8080/"};
  return order_mail(news, order, "ada@example.org", shop, event_id, {});
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

order_moved read(const std::string& data) {
  return order_moved::read({event_id, "order.confirmed", data, ""});
}

// A whole event, with this in the place of its member.
std::string event_data(const std::string& member = "", const std::string& value = "") {
  const std::pair<std::string, std::string> all[] = {
      {"orderId", R"("0198c0de-0000-7000-8000-00000000000a")"},
      {"customerId", "7"},
      {"email", R"("ada@example.org")"},
      {"items", R"([{"productId":1,"name":"Tea","quantity":2,"price":3.5,"lineTotal":7}])"},
      {"amount", "7"},
      {"currency", R"("EUR")"}};
  std::string data;
  for (const auto& [name, usual] : all) {
    data += data.empty() ? "{" : ",";
    data += '"' + name + "\":" + (name == member ? value : usual);
  }
  return data + "}";
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_amount_is_written_from_minor_units) {
  BOOST_TEST(amount_text({0}, "EUR") == "0.00 EUR");
  BOOST_TEST(amount_text({5}, "EUR") == "0.05 EUR");
  BOOST_TEST(amount_text({70}, "EUR") == "0.70 EUR");
  BOOST_TEST(amount_text({99'999}, "CHF") == "999.99 CHF");
  BOOST_TEST(amount_text({100'000}, "EUR") == "1,000.00 EUR");
  BOOST_TEST(amount_text({1'234'567'890}, "EUR") == "12,345,678.90 EUR");
  BOOST_TEST(amount_text({-1050}, "EUR") == "-10.50 EUR");
  BOOST_TEST(amount_text({std::numeric_limits<std::int64_t>::min()}, "EUR") ==
             "-92,233,720,368,547,758.08 EUR");
}

BOOST_AUTO_TEST_CASE(the_mail_has_the_lines_the_total_and_the_number_in_both_parts) {
  const auto letter = letter_of(order_news::confirmed, two_items());
  BOOST_TEST(letter.subject == "Your order at Mercat is confirmed");
  BOOST_TEST(letter.to == "ada@example.org");
  BOOST_TEST(letter.message_id == std::string(event_id) + "@mercat.test");
  BOOST_TEST(
      has(letter.text, "\n2 x Tea\n    3.50 EUR each, 7.00 EUR\n1 x Desk lamp\n    1,199.05 EUR each, "));
  BOOST_TEST(has(letter.text, "\nTotal: 1,206.05 EUR\n"));
  for (const auto* part :
       {"Tea", "7.00 EUR", "Desk lamp", "1,206.05 EUR", "0198c0de-0000-7000-8000-00000000000a"}) {
    BOOST_TEST(has(letter.text, part), part);
    BOOST_TEST(has(letter.html, part), part);
  }
  for (const auto& part : {letter.text, letter.html}) BOOST_TEST(!has(part, "{{"));
}

BOOST_AUTO_TEST_CASE(the_reason_is_told_in_plain_words) {
  const auto told = [](order_news news, const std::string& reason, std::string_view words) {
    auto order = two_items();
    order.reason = reason;
    const auto letter = letter_of(news, order);
    BOOST_TEST(has(letter.text, words), reason);
    BOOST_TEST(has(letter.html, words), reason);
    if (reason.find('-') != std::string::npos) BOOST_TEST(!has(letter.text + letter.html, reason));
  };
  told(order_news::refused, "out-of-stock", "There is not enough left of what you ordered.");
  told(order_news::refused, "items-unavailable", "Something you ordered is not for sale any more.");
  told(order_news::refused, "some-new-reason", "It cannot be fulfilled.");
  told(order_news::refused, "", "It cannot be fulfilled.");
  told(order_news::cancelled, "customer", "It was cancelled as you asked.");
  told(order_news::cancelled, "timeout", "We could not confirm it in time, so we cancelled it.");
  told(order_news::cancelled, "some-new-reason", "It will not be delivered.");
  BOOST_TEST(letter_of(order_news::refused, two_items()).subject ==
             "We could not accept your order at Mercat");
  BOOST_TEST(letter_of(order_news::cancelled, two_items()).subject == "Your order at Mercat is cancelled");
}

BOOST_AUTO_TEST_CASE(a_products_name_is_never_markup_nor_a_line_nor_a_template) {
  auto order = two_items();
  order.items[0].name = "<script>alert('x')</script> & {{amount}}{{/items}}\r\nTotal: 0.00 EUR";
  for (const auto news : {order_news::confirmed, order_news::refused, order_news::cancelled}) {
    const auto letter = letter_of(news, order);
    BOOST_TEST(has(letter.html,
                   "<bdi>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; {{amount}}{{/items}}  Total: "
                   "0.00 EUR</bdi>"));
    BOOST_TEST(!has(letter.html, "<script"));
    BOOST_TEST(has(letter.text, "{{amount}}{{/items}}  Total: 0.00 EUR\n"));
    BOOST_TEST(!has(letter.text, "\nTotal: 0.00 EUR"));
    BOOST_TEST(!compose(letter).empty());
  }
}

BOOST_AUTO_TEST_CASE(rows_of_a_template_are_there_once_each) {
  const template_rows rows{{"r", {{{"x", "1"}}, {{"x", "2"}}}}, {"none", {}}};
  BOOST_TEST(render_text("a{{#r}}<{{x}}>{{/r}}b{{#none}}{{x}}{{/none}}{{y}}", {{"y", "c"}}, rows) ==
             "a<1><2>bc");
  for (const auto* wrong : {"{{#r}}", "{{#r}}{{y}}{{/r}}", "{{#q}}{{/q}}", "{{/r}}"})
    BOOST_CHECK_THROW(static_cast<void>(render_html(wrong, {{"y", ""}}, rows)), std::logic_error);
}

BOOST_AUTO_TEST_CASE(an_order_event_is_read_strictly) {
  const auto moved = read(event_data());
  BOOST_TEST(moved.customer_id == 7);
  BOOST_TEST(moved.email.value() == "ada@example.org");
  BOOST_REQUIRE(moved.order.items.size() == 1U);
  BOOST_TEST(moved.order.items[0].name == "Tea");
  BOOST_TEST(moved.order.items[0].price.minor_units == 350);
  BOOST_TEST(moved.order.items[0].total.minor_units == 700);
  BOOST_TEST(moved.order.amount.minor_units == 700);
  BOOST_TEST(moved.order.reason == "");
  BOOST_TEST(!read(event_data("email", "null")).email.has_value());

  const std::pair<std::string, std::string> wrong[] = {
      {"orderId", "null"},
      {"customerId", "0"},
      {"customerId", R"("7")"},
      {"email", "7"},
      {"items", "[]"},
      {"items", "{}"},
      {"items", "[7]"},
      {"items", R"([{"name":"Tea","quantity":0,"price":3.5,"lineTotal":7}])"},
      {"items", R"([{"name":null,"quantity":2,"price":3.5,"lineTotal":7}])"},
      {"items", R"([{"name":"Tea","quantity":2,"price":3.555,"lineTotal":7}])"},
      {"items", R"([{"name":"Tea","quantity":2,"price":3.5}])"},
      {"amount", R"("7")"},
      {"currency", R"("eur")"},
      {"currency", R"("EUR\r\nBcc: x@y.zz")"},
  };
  for (const auto& [member, value] : wrong)
    BOOST_CHECK_EXCEPTION(static_cast<void>(read(event_data(member, value))), error,
                          [](const error& failure) { return failure.kind() == fault::malformed; });
}
