// What a list may be asked for, and its cursors (products/listing.hpp, listing_handlers.hpp).
#include "common/auth/base64url.hpp"
#include "common/error.hpp"
#include "products/listing_handlers.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace mercat::products;

namespace {

list_request asked(const std::string& query) {
  return read_list_request(http::query_parameters::parse(query));
}

auto with_slug(const char* slug) {
  return [slug](const error& e) { return e.kind() == fault::malformed && e.slug() == slug; };
}

}  // namespace

BOOST_AUTO_TEST_CASE(nothing_asked_is_the_first_twenty_of_everything) {
  for (const auto* query : {"", "q=&category=", "unknown=1&x[]=2"}) {
    const auto all = asked(query);
    BOOST_TEST(!all.category.has_value());
    BOOST_TEST(all.query.empty());
    BOOST_TEST(!all.price_matters());
    BOOST_TEST((all.order == list_order::by_id));
    BOOST_TEST(all.limit == 20);
    BOOST_TEST(all.after.id == 0);
  }
}

BOOST_AUTO_TEST_CASE(filters_are_read_together) {
  const auto all = asked("category=caf%C3%A9&q=a+b&minPrice=0.5&maxPrice=19.99&sort=-price&limit=7");
  BOOST_TEST(all.category.value() == "café");
  BOOST_TEST(all.query == "a b");
  BOOST_TEST(all.least.minor_units == 50);
  BOOST_TEST(all.most.minor_units == 1999);
  BOOST_TEST((all.order == list_order::dearest));
  BOOST_TEST(all.limit == 7);
}

BOOST_AUTO_TEST_CASE(every_price_of_two_places_is_exact) {
  for (std::int64_t minor = 0; minor < 100000; ++minor) {
    const auto cents = std::to_string(100 + minor % 100).substr(1);
    BOOST_REQUIRE(read_price("minPrice", std::to_string(minor / 100) + "." + cents).minor_units == minor);
  }
  BOOST_TEST(read_price("minPrice", "19.9").minor_units == 1990);
  BOOST_TEST(read_price("minPrice", "19").minor_units == 1900);
  BOOST_TEST(read_price("minPrice", "0").minor_units == 0);
  BOOST_TEST(read_price("minPrice", "92233720368547758.07").minor_units == 9223372036854775807);
}

BOOST_AUTO_TEST_CASE(a_price_that_is_none_is_refused_with_the_name_of_its_parameter) {
  for (const std::string text : {"", " ", "-1", "+1", "1.", ".5", "1.234", "1,5", "1e2", "0x10", "NaN", "1 ",
                                 "1.-5", "1.+5", "92233720368547758.08", "99999999999999999999"})
    BOOST_CHECK_EXCEPTION(static_cast<void>(read_price("maxPrice", text)), error, [](const error& e) {
      return e.slug() == "invalid-query" && e.detail().find("maxPrice") != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(a_question_that_makes_no_sense_is_refused) {
  const auto letters = [](std::size_t count) { return "q=" + std::string(count, 'x'); };
  for (const auto& query :
       {std::string("minPrice=2&maxPrice=1"), std::string("sort=cheap"), std::string("sort="),
        std::string("sort=id"), std::string("limit=0"), std::string("limit=101"), std::string("limit=x"),
        std::string("sort=price&sort=name"), std::string("q=%FF"), letters(201)})
    BOOST_CHECK_EXCEPTION(static_cast<void>(asked(query)), error, with_slug("invalid-query"));
  BOOST_TEST(asked(letters(200)).query.size() == 200U);
  std::string emoji = "q=";
  for (int i = 0; i < 200; ++i) emoji += "%F0%9F%8D%AE";  // characters count, not bytes
  BOOST_TEST(asked(emoji).query.size() == 800U);
}

BOOST_AUTO_TEST_CASE(what_may_pass_over_many_products_is_a_search) {
  for (const auto* query :
       {"q=a", "q=a&sort=price", "minPrice=1", "maxPrice=9&sort=name", "minPrice=1&category=c"})
    BOOST_TEST(asked(query).is_search(), query);
  for (const auto* query : {"", "q=", "category=c", "sort=newest", "minPrice=0", "minPrice=1&sort=price",
                            "maxPrice=9&sort=-price"})
    BOOST_TEST(!asked(query).is_search(), query);
}

BOOST_AUTO_TEST_CASE(a_cursor_leads_back_to_its_place) {
  const list_position place{42, {1999}, "Crème | brûlée 🍮 \"x\""};
  for (const auto id : {product_id{1}, product_id{9223372036854775807}})
    for (const auto order : {list_order::by_id, list_order::newest, list_order::cheapest, list_order::dearest,
                             list_order::by_name}) {
      auto here = place;
      here.id = id;
      const auto back = read_cursor(order, write_cursor(order, here));
      BOOST_TEST(back.id == id);
      if (order == list_order::cheapest || order == list_order::dearest)
        BOOST_TEST(back.price.minor_units == 1999);
      if (order == list_order::by_name) BOOST_TEST(back.name == place.name);
    }
}

BOOST_AUTO_TEST_CASE(a_cursor_is_for_the_order_it_was_made_in) {
  const auto cursor = write_cursor(list_order::cheapest, {42, {1999}, "x"});
  for (const auto* sort : {"", "&sort=-price", "&sort=name", "&sort=newest"})
    BOOST_CHECK_EXCEPTION(static_cast<void>(asked("cursor=" + cursor + sort)), error,
                          with_slug("invalid-cursor"));
  BOOST_TEST(asked("sort=price&cursor=" + cursor).after.id == 42);
}

BOOST_AUTO_TEST_CASE(a_cursor_that_was_touched_is_refused) {
  const auto cursor = write_cursor(list_order::by_name, {42, {}, "Lampshade"});
  for (std::size_t at = 0; at < cursor.size(); ++at) {
    auto touched = cursor;
    touched[at] = touched[at] == 'A' ? 'B' : 'A';
    BOOST_CHECK_EXCEPTION(static_cast<void>(read_cursor(list_order::by_name, touched)), error,
                          with_slug("invalid-cursor"));
    BOOST_CHECK_EXCEPTION(static_cast<void>(read_cursor(list_order::by_name, cursor.substr(0, at))), error,
                          with_slug("invalid-cursor"));
  }
  for (const auto& forged : {std::string("v1.20"), std::string("20"), std::string("=="), cursor + "A",
                             auth::base64url("0|name|1||x"), auth::base64url("|||")})
    BOOST_CHECK_EXCEPTION(static_cast<void>(read_cursor(list_order::by_name, forged)), error,
                          with_slug("invalid-cursor"));
}

BOOST_AUTO_TEST_CASE(a_cursor_whose_name_is_no_text_is_refused) {
  for (const auto& name : {std::string("\xFF\xFE"), std::string("cut \xC3"), std::string("a\0b", 3)}) {
    const auto forged = write_cursor(list_order::by_name, {42, {}, name});
    BOOST_CHECK_EXCEPTION(static_cast<void>(read_cursor(list_order::by_name, forged)), error,
                          with_slug("invalid-cursor"));
  }
}

BOOST_AUTO_TEST_CASE(ids_are_integers_and_at_most_a_hundred) {
  const auto violates = [](const std::string& body) {
    const auto document = json::document::parse(body);
    return !ids_body().violations(document.root()).empty();
  };
  std::string hundred = "1";
  for (int i = 1; i < 100; ++i) hundred += ",1";
  BOOST_TEST(!violates(R"({"ids":[]})"));
  BOOST_TEST(!violates(R"({"ids":[)" + hundred + "]}"));
  for (const auto& body :
       {std::string("{}"), std::string("[]"), std::string(R"({"ids":1})"), std::string(R"({"ids":["1"]})"),
        std::string(R"({"ids":[1.5]})"), std::string(R"({"ids":[null]})"), std::string(R"({"ids":[0]})"),
        R"({"ids":[)" + hundred + ",1]}"})
    BOOST_TEST(violates(body), body);
}

BOOST_AUTO_TEST_CASE(ids_keep_their_order_and_count_once) {
  const auto document =
      json::document::parse(R"({"ids":[3,1,3,9223372036854775807,1,18446744073709551615,2]})");
  BOOST_TEST(ids_body().violations(document.root()).empty());
  const std::vector<product_id> expected{3, 1, 9223372036854775807, 2};
  BOOST_TEST(read_ids(document.root()) == expected, boost::test_tools::per_element());
}
