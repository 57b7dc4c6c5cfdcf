// What of products' messages can be read (shopping/offer.hpp, shopping/replica.hpp,
// shopping/product_offers.hpp).
#include "shopping/product_offers.hpp"
#include "shopping/replica.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace mercat::shopping;

namespace {

std::optional<replica_page> page(const std::string& text, product_id after) {
  const auto document = json::document::parse(text);
  return read_page(document.root(), after);
}

const std::string mango =
    R"({"product":{"id":8,"version":3,"name":"Mango","price":2.5,"quantity":12},"stockVersion":4})";

}  // namespace

BOOST_AUTO_TEST_CASE(a_reply_that_is_no_product_is_no_offer) {
  for (const auto* text :
       {"null", "[]", "{}", R"({"id":1,"version":1,"name":"x"})", R"({"id":1,"name":"x","price":1})",
        R"({"id":1,"version":0,"name":"x","price":1})", R"({"id":0,"version":1,"name":"x","price":1})",
        R"({"id":1,"version":1,"name":"x","price":1.234})", R"({"id":"1","version":1,"name":"x","price":1})",
        R"({"id":1,"version":1,"name":"x","price":1,"available":"no"})"}) {
    const auto document = json::document::parse(text);
    BOOST_TEST(!read_offer(document.root()).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(a_page_of_an_export_is_read) {
  const auto read = page(R"({"products":[)" + mango + R"(],"deleted":[{"id":9,"version":2}],"next":9})", 7);
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(read->products[0].text.version == 3);
  BOOST_TEST(read->products[0].stock.on_hand == 12);
  BOOST_TEST(read->products[0].stock.version == 4);
  BOOST_TEST(read->deleted[0].product == 9);
  BOOST_TEST(read->last() == 9);
  BOOST_TEST(page(R"({"products":[],"deleted":[],"next":null})", 7)->last() ==
             std::numeric_limits<product_id>::max());
}

BOOST_AUTO_TEST_CASE(a_page_that_would_go_in_circles_or_is_of_other_ids_is_refused) {
  BOOST_TEST(!page(R"({"products":[],"deleted":[],"next":7})", 7));
  BOOST_TEST(!page(R"({"products":[)" + mango + R"(],"deleted":[],"next":null})", 8));
  BOOST_TEST(!page(R"({"products":[)" + mango + R"(],"deleted":[],"next":7})", 6));
  BOOST_TEST(!page(R"({"products":[],"deleted":[{"id":9,"version":2}],"next":8})", 1));
  BOOST_TEST(!page(R"({"products":[{}],"deleted":[],"next":null})", 1));
  BOOST_TEST(!page(R"({"deleted":[],"next":null})", 1));
  BOOST_TEST(!page(R"({"products":[],"deleted":[],"next":"9"})", 1));
  BOOST_TEST(!page("[]", 1));
}

BOOST_AUTO_TEST_CASE(the_elements_of_a_list_keep_their_text) {
  const auto cut = elements(R"( [ {"a":[1,2,{"b":"]}\",\\"}],"p":19.90} , {"p":1e2} ,3] )");
  BOOST_REQUIRE_EQUAL(cut.size(), 3U);
  BOOST_TEST(cut[0] == R"({"a":[1,2,{"b":"]}\",\\"}],"p":19.90})");
  BOOST_TEST(cut[1] == R"({"p":1e2})");
  BOOST_TEST(cut[2] == "3");
  BOOST_TEST(elements("[]").empty());
  BOOST_TEST(elements(" [ ] ").empty());
}
