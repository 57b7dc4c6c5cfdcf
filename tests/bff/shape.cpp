#include "bff/shape.hpp"

#include "bff-mobile/shapes.hpp"
#include "common/error.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using bff::only;
using bff::project;
using bff::without;

BOOST_AUTO_TEST_SUITE(shapes)

BOOST_AUTO_TEST_CASE(numbers_keep_every_digit) {
  const std::string numbers =
      R"([19.90,0.10,-0.50,0,-0,1e2,1E+30,12345678901234567890123,0.1000000000000000055])";
  BOOST_TEST(project(numbers, {}) == numbers);
  BOOST_TEST(project(R"({"price": 4.10, "gone": 5.50})", only({"price"})) == R"({"price":4.10})");
}

BOOST_AUTO_TEST_CASE(everything_is_left_as_it_is) {
  const std::string text = R"({"a":[{"b":null},[],{}],"c":true,"d":"é \"quoted\" \\ \n","e":{"f":false}})";
  BOOST_TEST(project(text, {}) == text);
}

BOOST_AUTO_TEST_CASE(only_the_named_members_stay_in_the_order_they_came) {
  const auto as = only({"b", "a"});
  BOOST_TEST(project(R"({"a":1,"x":{"a":1,"y":[1,{"b":2}]},"b":[1,2],"z":"t"})", as) ==
             R"({"a":1,"b":[1,2]})");
  BOOST_TEST(project(R"({"x":[[[]]]})", as) == "{}");
}

BOOST_AUTO_TEST_CASE(a_shape_holds_for_every_element_of_an_array) {
  const auto as = only({{"items", only({"id"})}});
  BOOST_TEST(project(R"({"items":[{"id":1,"n":"x"},{"n":[{}],"id":2},3,[{"id":4,"n":5}]]})", as) ==
             R"({"items":[{"id":1},{"id":2},3,[{"id":4}]]})");
}

BOOST_AUTO_TEST_CASE(without_drops_the_named_members_only) {
  BOOST_TEST(project(R"({"id":1,"addresses":[{"id":2}],"name":"n"})", without({"addresses"})) ==
             R"({"id":1,"name":"n"})");
}

BOOST_AUTO_TEST_CASE(just_some_members_keep_their_own_shapes) {
  const auto list = only({{"products", only({"id"})}, "nextCursor"});
  BOOST_TEST(project(R"({"products":[{"id":1,"sku":"s"}],"nextCursor":"c"})",
                     bff::just({"products"}, list)) == R"({"products":[{"id":1}]})");
  BOOST_TEST(project(R"({"products":[{"id":1}],"categories":[]})", bff::just({"products", "x"}, {})) ==
             R"({"products":[{"id":1}]})");
  BOOST_TEST(project(R"({"products":[{"id":1,"sku":"s"}],"nextCursor":"c","x":1})",
                     bff::just({"products", "nextCursor", "x"}, list)) ==
             R"({"products":[{"id":1}],"nextCursor":"c"})");
}

BOOST_AUTO_TEST_CASE(what_is_not_json_is_refused) {
  for (const auto* text : {"", "{", R"({"a":1}x)", "{a:1}", "<html>"})
    BOOST_CHECK_THROW(project(text, {}), error);
}

BOOST_AUTO_TEST_CASE(depth_costs_no_stack) {
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  BOOST_TEST(project(deep, {}).size() == deep.size());
}

BOOST_AUTO_TEST_CASE(a_phone_gets_the_short_list) {
  const std::string list =
      R"({"products":[{"id":1,"sku":"apple","name":"Apple","description":"d","type":"fruit","unit":"1 kg",)"
      R"("price":2.90,"currency":"EUR","available":true,"quantity":9,"supplier":{"name":"s"},)"
      R"("banner":"/images/apple.svg","version":1,"createdAt":"t","updatedAt":"t"}],)"
      R"("categories":[{"name":"fruit","count":1}],"nextCursor":null})";
  BOOST_TEST(
      project(list, bff_mobile::phone().product_list) ==
      R"({"products":[{"id":1,"name":"Apple","price":2.90,"currency":"EUR","available":true,)"
      R"("banner":"/images/apple.svg"}],"categories":[{"name":"fruit","count":1}],"nextCursor":null})");
}

BOOST_AUTO_TEST_SUITE_END()
