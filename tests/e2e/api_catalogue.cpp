// The catalogue: what everybody reads, and what staff make, change, count and remove.
#include "tests/e2e/api_table.hpp"

#include <boost/test/unit_test.hpp>

namespace mercat::e2e::api {

namespace {

std::string product_body(const std::string& sku, const std::string& more = {}) {
  return R"({"sku":")" + sku + R"(","name":"Table lamp","type":"Lighting","price":19.99)" + more + "}";
}

// Returns its id.
std::string walk_new_product(walk& w, const std::string& sku) {
  auto& staff = w.admin.device;
  const auto made = w.ask(staff, "POST", "/api/products", "201", product_body(sku, R"(,"quantity":5)"),
                          {{"", whole_product}});
  const auto id = number_of(made, "/id");
  const auto path = "/api/products/" + id;
  BOOST_TEST(number_of(made, "/price") == "19.99");
  BOOST_TEST(text_of(made, "/unit") == "1");
  BOOST_TEST(made.header("location") == path);
  w.ask(staff, "POST", "/api/products", "422 sku-taken", product_body(sku));
  for (const auto* more :
       {R"(,"price":-1)", R"(,"quantity":-1)", R"(,"currency":"USD")", R"(,"available":"yes")"})
    w.ask(staff, "POST", "/api/products", "400",
          std::string_view{more}.starts_with(R"(,"price")")
              ? R"({"sku":"n","name":"n","type":"t","price":-1})"
              : product_body("n" + sku.substr(1), more));
  w.ask(staff, "POST", "/api/products", "400 invalid-body",
        R"({"sku":"n","name":"n","type":"t","price":1.999})");
  w.ask(staff, "POST", "/api/products", "400 invalid-body", R"({"name":"n","type":"t","price":1})");
  return id;
}

void walk_lists(walk& w, const std::string& id, const std::string& sku) {
  const auto path = "/api/products/" + id;
  w.ask(w.stranger, "GET", path, "200", {}, {{"", whole_product}});
  w.ask(w.stranger, "HEAD", path, "200");
  w.ask(w.stranger, "GET", "/api/products/999999999", "404 product-not-found");
  w.ask(w.stranger, "GET", "/api/products/lamp", "400");
  const auto list = w.ask(w.stranger, "GET", "/api/products?limit=2&sort=newest&category=Lighting", "200", {},
                          {{"", "products categories nextCursor"}, {"/products/0", w.in_list()}});
  BOOST_TEST(number_of(list, "/products/0/id") == id);
  w.ask(w.stranger, "GET", "/api/products?q=" + sku, "200", {}, {{"/products/0", w.in_list()}});
  for (const auto* query : {"limit=0", "limit=101", "limit=x", "sort=best", "minPrice=-1", "minPrice=1.999",
                            "maxPrice=cheap", "minPrice=5&maxPrice=4"})
    w.ask(w.stranger, "GET", std::string("/api/products?") + query, "400");
  w.ask(w.stranger, "GET", "/api/products?cursor=forged", "400 invalid-cursor");
  w.ask(w.stranger, "GET", "/api/categories", "200", {},
        {{"", "categories"}, {"/categories/0", "name count"}});
}

void walk_products_by_id(walk& w, const std::string& id) {
  const auto asked = "{\"ids\":[" + id + ",999999999,1," + id + "]}";
  const auto found = w.ask(w.stranger, "POST", "/api/products/ids", "200", asked,
                           {{"", "products"}, {"/products/0", w.in_list()}});
  BOOST_TEST(number_of(found, "/products/0/id") == id);
  BOOST_TEST(number_of(found, "/products/1/id") == "1");
  BOOST_TEST(found.json().root()["products"].Size() == 2U);
  w.ask(w.stranger, "POST", "/api/products/ids", "400 invalid-body", R"({"ids":["one"]})");
  w.ask(w.stranger, "POST", "/api/products/ids", "400 invalid-body", R"({"ids":7})");
  std::string many = "{\"ids\":[1";
  for (int i = 0; i < 100; ++i) many += ",1" + std::to_string(i);
  w.ask(w.stranger, "POST", "/api/products/ids", "400 invalid-body", many + "]}");
}

void walk_changes(walk& w, const std::string& path, const std::string& sku) {
  auto& staff = w.admin.device;
  w.ask(staff, "PUT", path, "200", product_body(sku, R"(,"version":1,"description":"new")"),
        {{"", whole_product}});
  w.ask(staff, "PUT", path, "409 version-conflict", product_body(sku, R"(,"version":1)"));
  w.ask(staff, "PUT", path, "400 invalid-body", product_body(sku));
  w.ask(staff, "PUT", "/api/products/999999999", "404 product-not-found",
        product_body("n" + sku.substr(1), R"(,"version":1)"));
  const auto other = create_product(staff);
  w.ask(staff, "PUT", path, "422 sku-taken", product_body(other.sku, R"(,"version":2)"));
  BOOST_TEST(number_of(staff.get(path), "/quantity") == "5");
}

void walk_stock_and_end(walk& w, const std::string& path) {
  auto& staff = w.admin.device;
  w.ask(staff, "POST", path + "/stock", "200", R"({"delta":-5,"reason":"sold at the door"})",
        {{"", "quantity"}});
  w.ask(staff, "POST", path + "/stock", "409 insufficient-stock", R"({"delta":-1,"reason":"one more"})");
  w.ask(staff, "POST", path + "/stock", "400 invalid-body", R"({"delta":1.5,"reason":"half"})");
  w.ask(staff, "POST", path + "/stock", "400 invalid-body", R"({"delta":1})");
  w.ask(staff, "POST", "/api/products/999999999/stock", "404 product-not-found",
        R"({"delta":1,"reason":"r"})");
  w.ask(staff, "DELETE", path, "204");
  w.ask(staff, "DELETE", path, "404 product-not-found");
  w.ask(w.stranger, "GET", path, "404 product-not-found");
  w.ask(staff, "POST", path + "/stock", "404 product-not-found", R"({"delta":1,"reason":"r"})");
}

}  // namespace

void walk_catalogue(walk& w) {
  const auto sku = "W" + fresh_email().substr(9, 20);
  const auto id = walk_new_product(w, sku);
  const auto path = "/api/products/" + id;
  walk_lists(w, id, sku);
  walk_products_by_id(w, id);
  walk_changes(w, path, sku);
  walk_stock_and_end(w, path);
}

}  // namespace mercat::e2e::api
