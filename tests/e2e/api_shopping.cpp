// The cart and the wishlist.
#include "tests/e2e/api_table.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;

namespace mercat::e2e::api {

namespace {

std::string line(std::int64_t product, int quantity) {
  return R"({"productId":)" + std::to_string(product) + R"(,"quantity":)" + std::to_string(quantity) + "}";
}

void walk_cart(walk& w, const product& cheap, const product& lamp) {
  auto& ann = w.ann.device;
  auto cart = w.ask(ann, "POST", "/api/cart", "200", line(cheap.id, 3),
                    {{"", "items total currency"},
                     {"/items/0", "product quantity lineTotal"},
                     {"/items/0/product", cart_product}});
  BOOST_TEST(number_of(cart, "/total") == "0.3");
  cart = w.ask(ann, "POST", "/api/cart", "200", line(lamp.id, 100));
  BOOST_TEST(number_of(cart, "/items/1/lineTotal") == "1999");
  BOOST_TEST(number_of(cart, "/total") == "1999.3");
  for (const auto& body : {line(lamp.id, 0), line(lamp.id, 1000), std::string(R"({"productId":1})"),
                           std::string(R"({"productId":"1","quantity":1})")})
    w.ask(ann, "POST", "/api/cart", "400 invalid-body", body);
  w.ask(ann, "POST", "/api/cart", "404 product-not-found", line(999999999, 1));
  cart = w.ask(ann, "GET", "/api/cart", "200", {},
               {{"", "items total currency"}, {"/items/0/product", cart_product}});
}

void walk_merged_cart(walk& w, const product& cheap, const product& lamp) {
  auto& ann = w.ann.device;
  auto cart =
      w.ask(ann, "POST", "/api/cart/merge", "200",
            R"({"items":[)" + line(cheap.id, 2) + "," + line(lamp.id, 950) + "," + line(999999999, 1) + "]}",
            {{"", "items total currency skipped"}, {"/skipped/0", "productId reason"}});
  BOOST_TEST(number_of(cart, "/items/0/quantity") == "5");
  BOOST_TEST(number_of(cart, "/items/1/quantity") == "999");
  w.ask(ann, "POST", "/api/cart/merge", "400 invalid-body", R"({"items":[{"productId":1}]})");
  w.ask(ann, "POST", "/api/cart/merge", "400 invalid-body", R"({"items":{}})");
  w.ask(ann, "POST", "/api/cart/merge", "200", R"({"items":[]})");  // an empty guest cart

  const auto item = [](std::int64_t id) { return "/api/cart/" + std::to_string(id); };
  w.ask(ann, "DELETE", item(cheap.id), "200", {}, {{"", "items total currency"}});
  w.ask(ann, "DELETE", item(cheap.id), "404 not-in-cart");
}

void walk_wishlist(walk& w, const product& lamp) {
  auto& ann = w.ann.device;
  const auto wish = [](std::int64_t id) { return R"({"productId":)" + std::to_string(id) + "}"; };
  for (int i = 0; i < 2; ++i) {
    const auto list = w.ask(ann, "POST", "/api/wishlist", "200", wish(lamp.id),
                            {{"", "products"}, {"/products/0", w.in_list()}});
    BOOST_TEST(list.json().root()["products"].Size() == 1U);
  }
  w.ask(ann, "POST", "/api/wishlist", "404 product-not-found", wish(999999999));
  w.ask(ann, "POST", "/api/wishlist", "400 invalid-body", R"({"productId":-1})");
  w.ask(ann, "GET", "/api/wishlist", "200", {}, {{"", "products"}, {"/products/0", w.in_list()}});
  w.ask(ann, "DELETE", "/api/wishlist/" + std::to_string(lamp.id), "200", {}, {{"", "products"}});
  w.ask(ann, "DELETE", "/api/wishlist/" + std::to_string(lamp.id), "404 not-in-wishlist");
}

// A new price, then the end of the product, are seen in the cart.
void walk_changed_products(walk& w, const product& lamp) {
  auto& staff = w.admin.device;
  auto& ann = w.ann.device;
  expect(200, staff.send("PUT", "/api/products/" + std::to_string(lamp.id),
                         R"({"sku":")" + lamp.sku +
                             R"(","name":"Test lamp","type":"Tests","price":5,"version":1})"));
  BOOST_TEST(becomes_true(
      [&] { return number_of(ann.get("/api/cart"), "/items/0/product/currentPrice") == "5"; }, 10s));
  auto cart = ann.get("/api/cart");
  BOOST_TEST(number_of(cart, "/items/0/product/price") == "19.99");
  BOOST_TEST(number_of(cart, "/items/0/product/priceChanged") == "true");
  expect(204, staff.del("/api/products/" + std::to_string(lamp.id)));
  BOOST_TEST(becomes_true(
      [&] { return number_of(ann.get("/api/cart"), "/items/0/product/available") == "false"; }, 10s));
  BOOST_TEST(number_of(ann.get("/api/cart"), "/total") == "0");
  w.ask(ann, "DELETE", "/api/cart", "200", {}, {{"", "items total currency"}});
}

}  // namespace

void walk_shopping(walk& w) {
  const auto cheap = create_product(w.admin.device, "", "0.10");
  const auto lamp = create_product(w.admin.device, "", "19.99");
  walk_cart(w, cheap, lamp);
  walk_merged_cart(w, cheap, lamp);
  walk_wishlist(w, lamp);
  walk_changed_products(w, lamp);
}

}  // namespace mercat::e2e::api
