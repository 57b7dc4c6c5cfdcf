// The API's table, row by row: every success in the shape of each device, every listed error, and what holds
// for all rows (401, 403, 405, 413, 415, malformed bodies). Prints route and statuses as they were executed.
#include "tests/e2e/world.hpp"

#include <boost/test/unit_test.hpp>
#include <rapidjson/pointer.h>

#include <iostream>
#include <set>
#include <signal.h>
#include <sstream>

using namespace mercat;
using namespace mercat::e2e;
using namespace std::chrono_literals;

namespace {

using statuses = std::set<std::string>;  // "404 product-not-found"

// What section 5 of the design lists for each row; the common ones are checked for all rows alike.
struct row {
  std::string route;
  enum { open, user, admin } access;
  statuses listed;
};

const std::vector<row> table{
    {"POST /api/signup", row::open, {"201", "422 email-taken", "400 invalid-body"}},
    {"POST /api/login", row::open, {"200", "401 bad-credentials", "400 invalid-body"}},
    {"POST /api/token/refresh", row::open, {"200", "401 refresh-token-invalid", "400 invalid-body"}},
    {"POST /api/logout", row::open, {"204", "400 invalid-body"}},
    {"GET /api/profile", row::user, {"200", "401 token-invalid"}},
    {"PATCH /api/profile", row::user, {"200", "400 invalid-body", "401 token-invalid"}},
    {"DELETE /api/profile", row::user, {"204", "401 token-invalid"}},
    {"PUT /api/password", row::user, {"204", "401 bad-credentials", "400 invalid-body"}},
    {"GET /api/addresses", row::user, {"200", "401 token-invalid"}},
    {"POST /api/addresses", row::user, {"201", "400 invalid-body", "401 token-invalid"}},
    {"PUT /api/addresses/{id}", row::user, {"200", "400 invalid-body", "404 address-not-found"}},
    {"DELETE /api/addresses/{id}", row::user, {"204", "404 address-not-found"}},
    {"GET /api/customers/{id}", row::user, {"200", "404 customer-not-found"}},
    {"GET /api/customers", row::user, {"200", "404 customer-not-found", "400"}},
    {"GET /api/products", row::open, {"200", "400", "400 invalid-cursor"}},
    {"GET /api/products/{id}", row::open, {"200", "400", "404 product-not-found"}},
    {"GET /api/categories", row::open, {"200"}},
    {"POST /api/products/ids", row::open, {"200", "400 invalid-body"}},
    {"POST /api/products", row::admin, {"201", "400 invalid-body", "422 sku-taken"}},
    {"PUT /api/products/{id}",
     row::admin,
     {"200", "400 invalid-body", "404 product-not-found", "409 version-conflict", "422 sku-taken"}},
    {"DELETE /api/products/{id}", row::admin, {"204", "404 product-not-found"}},
    {"POST /api/products/{id}/stock",
     row::admin,
     {"200", "400 invalid-body", "404 product-not-found", "409 insufficient-stock"}},
    {"GET /api/cart", row::user, {"200", "401 token-invalid"}},
    {"POST /api/cart", row::user, {"200", "400 invalid-body", "404 product-not-found", "503", "504"}},
    {"POST /api/cart/merge", row::user, {"200", "400 invalid-body", "503", "504"}},
    {"DELETE /api/cart/{productId}", row::user, {"200", "404 not-in-cart"}},
    {"DELETE /api/cart", row::user, {"200"}},
    {"GET /api/wishlist", row::user, {"200", "503", "504"}},
    {"POST /api/wishlist", row::user, {"200", "400 invalid-body", "404 product-not-found", "503", "504"}},
    {"DELETE /api/wishlist/{productId}", row::user, {"200", "404 not-in-wishlist"}},
    {"POST /api/orders",
     row::user,
     {"201", "200", "400 invalid-body", "400 idempotency-key-required", "400 idempotency-key-invalid",
      "404 address-not-found", "409 cart-empty", "409 price-changed", "409 out-of-stock",
      "409 items-unavailable", "422 idempotency-key-reused", "422 txn-number-taken", "503", "504"}},
    {"GET /api/orders", row::user, {"200", "304", "400", "400 invalid-cursor"}},
    {"GET /api/orders/{id}", row::user, {"200", "304", "404 order-not-found"}},
    {"POST /api/orders/{id}/cancel", row::user, {"200", "404 order-not-found", "409 order-final"}},
    {"GET /api/admin/orders", row::admin, {"200", "400 invalid-status"}},
    {"GET /api/admin/orders/{id}", row::admin, {"200", "404 order-not-found"}},
    {"GET /api/home", row::open, {"200"}},
    {"GET /api/whoami", row::open, {"200"}},
    {"GET /status", row::open, {"200"}},
};

std::map<std::string, std::map<std::string, statuses>> executed;  // route, device, statuses

// The row that this request belongs to.
std::string route_of(const std::string& method, const std::string& target) {
  std::istringstream parts(target.substr(0, target.find('?')));
  std::string path;
  std::string last;
  for (std::string part; std::getline(parts, part, '/');) {
    if (part.empty()) continue;
    const bool is_id = last == "products" && part != "ids";
    const bool is_other_id =
        last == "addresses" || last == "customers" || last == "orders" || (last == "cart" && part != "merge");
    path += last == "wishlist" || (last == "cart" && part != "merge") ? "/{productId}"
            : is_id || is_other_id                                    ? "/{id}"
                                                                      : "/" + part;
    last = part;
  }
  return method + " " + path;
}

struct shape {
  const char* pointer;
  const char* members;
};

constexpr const char* whole_product =
    "id sku name description type unit price currency available quantity supplier banner version createdAt "
    "updatedAt";
constexpr const char* list_item = "id name price currency banner available";
constexpr const char* opened_session = "id email name role accessToken refreshToken tokenType expiresIn";
constexpr const char* whole_customer = "id email name phone role createdAt addresses";
constexpr const char* phone_customer = "id email name phone role createdAt";
constexpr const char* address = "id street city state postalCode country";
constexpr const char* placed_order = "orderId status amount currency items address txnNumber createdAt";
constexpr const char* listed_order =
    "orderId status reason amount currency items address txnNumber createdAt updatedAt";
constexpr const char* whole_order =
    "orderId status reason amount currency items address txnNumber createdAt updatedAt history";
constexpr const char* staff_order =
    "orderId customerId email status reason amount currency items address txnNumber createdAt updatedAt "
    "history";
constexpr const char* order_item = "productId name banner price quantity lineTotal";
constexpr const char* cart_product = "id name banner price currentPrice priceChanged available";

std::set<std::string> words(const char* text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>{in}, {}};
}

// One device going through the table.
struct walk {
  std::string name;
  bool phone;
  visitor admin;
  visitor ann;
  visitor bob;
  browser stranger;

  explicit walk(std::string_view agent)
      : name(agent == iphone ? "mobile" : "web"),
        phone(agent == iphone),
        admin(staff(agent)),
        ann(new_customer(agent)),
        bob(new_customer(agent)),
        stranger(url(), agent) {}

  answer ask(browser& device, const std::string& method, const std::string& target,
             const std::string& expected, std::optional<std::string> body = {},
             const std::vector<shape>& shapes = {}) {
    const auto received = body ? device.send(method, target, *body) : device.send(method, target);
    BOOST_TEST_CONTEXT(name << " " << method << " " << target << " " << body.value_or("").substr(0, 200)
                            << " -> " << received.status << " " << received.failure
                            << received.body.substr(0, 400)) {
      const auto slug = received.problem();
      const auto is = std::to_string(received.status) + (slug.empty() ? "" : " " + slug);
      BOOST_TEST((is == expected || std::to_string(received.status) == expected), "expected " << expected);
      executed[route_of(method, target)][name].insert(expected);
      if (target.starts_with("/api")) {
        BOOST_TEST(received.header("x-bff") == name);
        BOOST_TEST(!received.header("x-request-id").empty());
      }
      if (received.status >= 400) check_problem(received);
      for (const auto& each : shapes) check_shape(received, each);
    }
    return received;
  }

  static void check_problem(const answer& received) {
    BOOST_TEST(!received.problem().empty());
    const auto document = received.json();
    for (const auto* member : {"type", "title", "status", "detail", "instance", "requestId"})
      BOOST_TEST(document.root().HasMember(member), member);
    BOOST_TEST(document.root()["status"].GetInt() == received.status);
  }

  static void check_shape(const answer& received, const shape& wanted) {
    const auto document = received.json();
    const auto* found = rapidjson::Pointer(wanted.pointer).Get(document.root());
    BOOST_REQUIRE_MESSAGE(found != nullptr && found->IsObject(), "no object at " << wanted.pointer);
    std::set<std::string> members;
    for (const auto& each : found->GetObject()) members.insert(each.name.GetString());
    BOOST_TEST(members == words(wanted.members), boost::test_tools::per_element());
  }

  [[nodiscard]] browser& allowed(int access) {
    return access == row::open ? stranger : access == row::admin ? admin.device : ann.device;
  }
  [[nodiscard]] const char* in_list() const { return phone ? list_item : whole_product; }
  [[nodiscard]] const char* customer() const { return phone ? phone_customer : whole_customer; }
};

std::string text_of(const answer& received, const char* pointer) {
  const auto document = received.json();
  const auto* found = rapidjson::Pointer(pointer).Get(document.root());
  return found != nullptr && found->IsString() ? found->GetString() : "";
}

std::string number_of(const answer& received, const char* pointer) {
  const auto document = received.json();
  const auto* found = rapidjson::Pointer(pointer).Get(document.root());
  if (found == nullptr) return "absent";
  json::writer out;
  found->Accept(out);
  return out.take();
}

std::string credentials(const std::string& email, const std::string& password) {
  return R"({"email":)" + quoted(email) + R"(,"password":)" + quoted(password) + "}";
}

void walk_sessions(walk& w, const std::string& refresh_token) {
  const auto body = [](const std::string& token) { return R"({"refreshToken":")" + token + R"("})"; };
  const auto* const path = "/api/token/refresh";
  const auto next = w.ask(w.stranger, "POST", path, "200", body(refresh_token), {{"", opened_session}});
  w.ask(w.stranger, "POST", path, "401 refresh-token-invalid", body(refresh_token));
  w.ask(w.stranger, "POST", path, "401 refresh-token-invalid", body(text_of(next, "/refreshToken")));
  w.ask(w.stranger, "POST", path, "401 refresh-token-invalid", body("none"));
  w.ask(w.stranger, "POST", path, "400 invalid-body", R"({"refreshToken":7})");
  w.ask(w.stranger, "POST", "/api/logout", "204", body(refresh_token));
  w.ask(w.stranger, "POST", "/api/logout", "204", body("none"));
  w.ask(w.stranger, "POST", "/api/logout", "400 invalid-body", "{}");
}

void walk_passwords(walk& w, const std::string& email) {
  const auto* const change = R"({"currentPassword":"12345678","newPassword":"87654321"})";
  browser device(url(), w.phone ? iphone : desktop);
  const auto in = device.post("/api/login", credentials(email, "12345678"));
  device.log_in_as(text_of(in, "/accessToken"));
  w.ask(device, "PUT", "/api/password", "400 invalid-body",
        R"({"currentPassword":"12345678","newPassword":"1"})");
  w.ask(device, "PUT", "/api/password", "401 bad-credentials",
        R"({"currentPassword":"not the password","newPassword":"87654321"})");
  w.ask(device, "PUT", "/api/password", "204", change);
  w.ask(w.stranger, "POST", "/api/login", "401 bad-credentials", credentials(email, "12345678"));
  const auto anew = w.ask(w.stranger, "POST", "/api/login", "200", credentials(email, "87654321"));
  for (const auto* path : {"/api/profile", "/api/cart", "/api/products"})
    BOOST_TEST(becomes_true([&] { return device.get(path).status == 401; }, 20s), path);
  device.log_in_as(text_of(anew, "/accessToken"));
  for (const auto* path : {"/api/profile", "/api/cart", "/api/products"})
    BOOST_TEST(device.get(path).status == 200, path);
}

void walk_accounts(walk& w) {
  const auto email = fresh_email();
  const auto made = w.ask(w.stranger, "POST", "/api/signup", "201", credentials(email, "12345678"));
  walk::check_shape(made, {"", opened_session});
  w.ask(w.stranger, "POST", "/api/signup", "422 email-taken", credentials(email, "another one"));
  for (const auto* body :
       {R"({"email":"a@b.cd","password":"1234567"})", R"({"email":"nobody","password":"12345678"})",
        R"({"password":"12345678"})", R"({"email":"a@b.cd","password":12345678})"})
    w.ask(w.stranger, "POST", "/api/signup", "400 invalid-body", body);
  w.ask(w.stranger, "POST", "/api/login", "200", credentials(email, "12345678"), {{"", opened_session}});
  walk_sessions(w, text_of(made, "/refreshToken"));
  walk_passwords(w, email);
  w.ask(w.stranger, "POST", "/api/login", "401 bad-credentials", credentials(email, "wrong password"));
  w.ask(w.stranger, "POST", "/api/login", "401 bad-credentials", credentials(fresh_email(), "12345678"));
  w.ask(w.stranger, "POST", "/api/login", "400 invalid-body", R"({"email":"a@b.cd"})");

  auto& ann = w.ann.device;
  w.ask(ann, "PATCH", "/api/profile", "200", R"({"name":"Ann","phone":"+49 30 1234567"})",
        {{"", w.customer()}});
  const auto profile = w.ask(ann, "GET", "/api/profile", "200", {}, {{"", w.customer()}});
  BOOST_TEST(text_of(profile, "/name") == "Ann");
  BOOST_TEST(text_of(profile, "/phone") == "+49 30 1234567");
  BOOST_TEST(text_of(w.ask(ann, "PATCH", "/api/profile", "200", R"({"phone":null})"), "/name") == "Ann");
  w.ask(ann, "PATCH", "/api/profile", "400 invalid-body", R"({"phone":"call me"})");
  w.ask(ann, "PATCH", "/api/profile", "400 invalid-body", R"({"name":7})");

  const std::string home = R"({"street":"1 Main St","city":"Berlin","postalCode":"10115","country":"DE"})";
  const auto added = w.ask(ann, "POST", "/api/addresses", "201", home, {{"", address}});
  const auto path = "/api/addresses/" + number_of(added, "/id");
  w.ask(ann, "POST", "/api/addresses", "400 invalid-body", R"({"street":"1 Main St"})");
  w.ask(ann, "GET", "/api/addresses", "200", {}, {{"", "addresses"}, {"/addresses/0", address}});
  w.ask(ann, "PUT", path, "200",
        R"({"street":"2 Main St","city":"Berlin","state":"BE","postalCode":"10115","country":"Germany"})",
        {{"", address}});
  w.ask(ann, "PUT", path, "400 invalid-body", R"({"street":""})");
  w.ask(w.bob.device, "PUT", path, "404 address-not-found", home);
  w.ask(w.bob.device, "DELETE", path, "404 address-not-found");
  if (!w.phone) {
    const auto whole = ann.get("/api/profile");
    BOOST_TEST(text_of(whole, "/addresses/0/street") == "2 Main St");
  }
  w.ask(ann, "DELETE", path, "204");
  w.ask(ann, "DELETE", path, "404 address-not-found");
  w.ask(ann, "PUT", path, "404 address-not-found", home);

  const auto own = "/api/customers/" + std::to_string(w.ann.who.id);
  w.ask(ann, "GET", own, "200", {}, {{"", w.customer()}});
  w.ask(w.admin.device, "GET", own, "200", {}, {{"", w.customer()}});
  w.ask(w.bob.device, "GET", own, "404 customer-not-found");
  w.ask(w.admin.device, "GET", "/api/customers/999999999", "404 customer-not-found");
  const auto by_mail = "/api/customers?userId=" + w.ann.who.email;
  w.ask(ann, "GET", by_mail, "200", {}, {{"", w.customer()}});
  w.ask(w.admin.device, "GET", by_mail, "200", {}, {{"", w.customer()}});
  w.ask(w.bob.device, "GET", by_mail, "404 customer-not-found");
  w.ask(w.admin.device, "GET", "/api/customers?userId=" + fresh_email(), "404 customer-not-found");
  w.ask(w.admin.device, "GET", "/api/customers", "400");
}

std::string product_body(const std::string& sku, const std::string& more = {}) {
  return R"({"sku":")" + sku + R"(","name":"Table lamp","type":"Lighting","price":19.99)" + more + "}";
}

void walk_catalogue(walk& w) {
  auto& staff = w.admin.device;
  const auto sku = "W" + fresh_email().substr(9, 20);
  const auto made = w.ask(staff, "POST", "/api/products", "201", product_body(sku, R"(,"quantity":5)"),
                          {{"", whole_product}});
  const auto id = number_of(made, "/id");
  const auto path = "/api/products/" + id;
  BOOST_TEST(number_of(made, "/price") == "19.99");
  BOOST_TEST(text_of(made, "/unit") == "1");
  BOOST_TEST(made.header("location") == path);
  w.ask(staff, "POST", "/api/products", "422 sku-taken", product_body(sku));
  for (const auto* more :
       {R"(,"price":-1)", R"(,"quantity":-1)", R"(,"currency":"XXX")", R"(,"available":"yes")"})
    w.ask(staff, "POST", "/api/products", "400",
          std::string_view{more}.starts_with(R"(,"price")")
              ? R"({"sku":"n","name":"n","type":"t","price":-1})"
              : product_body("n" + sku.substr(1), more));
  w.ask(staff, "POST", "/api/products", "400 invalid-body",
        R"({"sku":"n","name":"n","type":"t","price":1.999})");
  w.ask(staff, "POST", "/api/products", "400 invalid-body", R"({"name":"n","type":"t","price":1})");

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

  w.ask(staff, "PUT", path, "200", product_body(sku, R"(,"version":1,"description":"new")"),
        {{"", whole_product}});
  w.ask(staff, "PUT", path, "409 version-conflict", product_body(sku, R"(,"version":1)"));
  w.ask(staff, "PUT", path, "400 invalid-body", product_body(sku));
  w.ask(staff, "PUT", "/api/products/999999999", "404 product-not-found",
        product_body("n" + sku.substr(1), R"(,"version":1)"));
  const auto other = create_product(staff);
  w.ask(staff, "PUT", path, "422 sku-taken", product_body(other.sku, R"(,"version":2)"));
  BOOST_TEST(number_of(staff.get(path), "/quantity") == "5");

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

void walk_shopping(walk& w) {
  auto& staff = w.admin.device;
  auto& ann = w.ann.device;
  const auto cheap = create_product(staff, "", "0.10");
  const auto lamp = create_product(staff, "", "19.99");
  const auto line = [](std::int64_t product, int quantity) {
    return R"({"productId":)" + std::to_string(product) + R"(,"quantity":)" + std::to_string(quantity) + "}";
  };
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

  cart =
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

  // A new price, then the end of the product, are seen in the cart.
  expect(200, staff.send("PUT", "/api/products/" + std::to_string(lamp.id),
                         R"({"sku":")" + lamp.sku +
                             R"(","name":"Test lamp","type":"Tests","price":5,"version":1})"));
  BOOST_TEST(becomes_true(
      [&] { return number_of(ann.get("/api/cart"), "/items/0/product/currentPrice") == "5"; }, 10s));
  cart = ann.get("/api/cart");
  BOOST_TEST(number_of(cart, "/items/0/product/price") == "19.99");
  BOOST_TEST(number_of(cart, "/items/0/product/priceChanged") == "true");
  expect(204, staff.del("/api/products/" + std::to_string(lamp.id)));
  BOOST_TEST(becomes_true(
      [&] { return number_of(ann.get("/api/cart"), "/items/0/product/available") == "false"; }, 10s));
  BOOST_TEST(number_of(ann.get("/api/cart"), "/total") == "0");
  w.ask(ann, "DELETE", "/api/cart", "200", {}, {{"", "items total currency"}});
}

answer order(walk& w, const std::string& key, const std::string& expected, const std::string& body = "{}",
             const std::vector<shape>& shapes = {}) {
  w.ann.device.header("Idempotency-Key", key);
  auto received = w.ask(w.ann.device, "POST", "/api/orders", expected, body, shapes);
  w.ann.device.forget_header("Idempotency-Key");
  return received;
}

void put_into_cart(walk& w, std::int64_t product, int quantity) {
  expect(200, w.ann.device.post("/api/cart", R"({"productId":)" + std::to_string(product) +
                                                 R"(,"quantity":)" + std::to_string(quantity) + "}"));
}

bool becomes(walk& w, const std::string& path, const std::string& status) {
  return becomes_true([&] { return text_of(w.ann.device.get(path), "/status") == status; }, 30s);
}

void reprice(browser& admin, const product& item, const std::string& more) {
  expect(200, admin.send("PUT", "/api/products/" + std::to_string(item.id),
                         R"({"sku":")" + item.sku + R"(","name":"Test lamp","type":"Tests","version":1)" +
                             more + "}"));
}

void walk_refused_orders(walk& w, const product& lamp) {
  auto& ann = w.ann.device;
  w.ask(ann, "POST", "/api/orders", "400 idempotency-key-required", "{}");
  order(w, "not visible", "400 idempotency-key-invalid");
  const auto key = fresh_email();
  order(w, key, "409 cart-empty");
  order(w, key, "400 invalid-body", R"({"addressId":"home"})");
  const auto dear = create_product(w.admin.device, R"(,"quantity":9)", "3");
  put_into_cart(w, dear.id, 2);
  order(w, key, "404 address-not-found", R"({"addressId":999999999})");
  reprice(w.admin.device, dear, R"(,"price":4)");
  const auto refused = order(w, key, "409 price-changed");
  BOOST_TEST(number_of(refused, "/lines/0/productId") == std::to_string(dear.id));
  put_into_cart(w, dear.id, 10);
  BOOST_TEST(becomes_true(
      [&] {
        ann.header("Idempotency-Key", key);
        const bool told = ann.post("/api/orders", "{}").problem() == "out-of-stock";
        ann.forget_header("Idempotency-Key");
        return told;
      },
      10s));
  order(w, key, "409 out-of-stock");
  expect(204, w.admin.device.del("/api/products/" + std::to_string(dear.id)));
  order(w, key, "409 items-unavailable");
  expect(200, ann.del("/api/cart"));
  put_into_cart(w, lamp.id, 1);
  order(w, key, "201");  // no refusal has used it up
}

void walk_orders(walk& w) {
  auto& ann = w.ann.device;
  auto& admin = w.admin.device;
  const auto lamp = create_product(admin, R"(,"quantity":50)", "19.99");
  const auto address_id = add_address(ann);
  walk_refused_orders(w, lamp);

  put_into_cart(w, lamp.id, 3);
  const auto key = fresh_email();
  const auto body =
      R"({"addressId":)" + std::to_string(address_id) + R"(,"txnNumber":"T)" + key.substr(0, 40) + R"("})";
  const auto placed =
      order(w, key, "201", body, {{"", placed_order}, {"/items/0", order_item}, {"/address", address}});
  BOOST_TEST(number_of(placed, "/amount") == "59.97");
  BOOST_TEST(text_of(placed, "/status") == "PENDING");
  const auto id = text_of(placed, "/orderId");
  const auto path = "/api/orders/" + id;
  BOOST_TEST(placed.header("location") == path);
  BOOST_TEST(order(w, key, "200", body).body == placed.body);
  order(w, key, "422 idempotency-key-reused");
  put_into_cart(w, lamp.id, 1);
  order(w, fresh_email(), "422 txn-number-taken", body);

  BOOST_TEST(becomes(w, path, "ACCEPTED"));
  const auto shown = w.ask(ann, "GET", path, "200", {},
                           {{"", whole_order}, {"/items/0", order_item}, {"/history/0", "status reason at"}});
  const auto list = w.ask(ann, "GET", "/api/orders?limit=1", "200", {},
                          {{"", "orders nextCursor"}, {"/orders/0", listed_order}});
  w.ask(ann, "GET", "/api/orders?limit=1&cursor=" + text_of(list, "/nextCursor"), "200");
  ann.header("If-None-Match", shown.header("etag"));
  w.ask(ann, "GET", path, "304");
  ann.header("If-None-Match", list.header("etag"));
  w.ask(ann, "GET", "/api/orders?limit=1", "304");
  ann.forget_header("If-None-Match");
  w.ask(ann, "GET", "/api/orders?limit=0", "400");
  w.ask(ann, "GET", "/api/orders?cursor=forged", "400 invalid-cursor");

  w.ask(w.bob.device, "GET", path, "404 order-not-found");
  w.ask(w.bob.device, "POST", path + "/cancel", "404 order-not-found", "{}");
  w.ask(ann, "POST", path + "/cancel", "200", "{}", {{"", whole_order}});
  w.ask(ann, "POST", path + "/cancel", "409 order-final", "{}");
  w.ask(admin, "GET", "/api/admin/orders?status=CANCELLED&limit=5", "200", {}, {{"", "orders nextCursor"}});
  w.ask(admin, "GET", "/api/admin/orders?status=LOST", "400 invalid-status");
  w.ask(admin, "GET", "/api/admin/orders/" + id, "200", {}, {{"", staff_order}});
  w.ask(admin, "GET", "/api/admin/orders/999999999", "404 order-not-found");
}

void walk_pages(walk& w) {
  auto& ann = w.ann.device;
  w.ask(w.stranger, "GET", "/api/home", "200", {},
        {{"", "products categories nextCursor degraded"}, {"/products/0", w.in_list()}});
  w.ask(ann, "GET", "/api/home", "200", {},
        {{"", "products categories nextCursor profile cart wishlist degraded"},
         {"/profile", w.customer()},
         {"/cart", "items total currency"},
         {"/wishlist", "products"}});
  w.ask(w.stranger, "GET", "/api/whoami", "200", {}, {{"", "bff customer products shopping"}});
  w.ask(w.stranger, "GET", "/status", "200");
}

std::string with_ids(std::string path) {
  for (const auto* name : {"{id}", "{productId}"})
    if (const auto at = path.find(name); at != std::string::npos)
      path.replace(at, std::string_view{name}.size(), "999999999");
  return path;
}

// What holds for every row: token, role and body are looked at in this order, before anything is done.
void walk_common_errors(walk& w) {
  for (const auto& each : table) {
    const auto space = each.route.find(' ');
    const auto method = each.route.substr(0, space);
    const auto target = with_ids(each.route.substr(space + 1));
    if (!target.starts_with("/api")) continue;
    const bool has_body = method == "POST" || method == "PUT" || method == "PATCH";
    const auto body = has_body ? std::optional<std::string>{"{"} : std::nullopt;
    browser forged(url(), w.phone ? iphone : desktop);
    forged.authorization("Bearer not.a.token");
    w.ask(forged, method, target, "401 token-invalid", body);
    if (each.access != row::open) w.ask(w.stranger, method, target, "401 token-required", body);
    if (each.access == row::admin) w.ask(w.ann.device, method, target, "403 role-required", body);
    const auto refused = w.ask(w.stranger, target == "/api/profile" ? "PUT" : "PATCH", target, "405");
    BOOST_TEST(refused.header("allow").find(method) != std::string::npos);
    if (!has_body || target.ends_with("/cancel")) continue;  // a cancel says everything by its path
    auto& device = w.allowed(each.access);
    w.ask(device, method, target, "400 malformed-json", R"({"a":1,})");
    w.ask(device, method, target, "400 malformed-json", R"({"a":1,"a":2})");
    w.ask(device, method, target, "400 malformed-json", "{} trailing");
    w.ask(device, method, target, "400 malformed-json", "{\"a\":\"\xC3\x28\"}");
    w.ask(device, method, target, "400 invalid-body", "[]");
    w.ask(device, method, target, "413 body-too-large", std::string(600 * 1024, ' '));
    device.header("Content-Type", "text/plain");
    w.ask(device, method, target, "415 unsupported-media-type", "{}");
    device.forget_header("Content-Type");
  }
}

void walk_away(walk& w) {
  auto& bob = w.bob.device;
  w.ask(bob, "DELETE", "/api/profile", "204");
  for (const auto& each : table) {
    if (each.access != row::user) continue;
    const auto space = each.route.find(' ');
    const auto method = each.route.substr(0, space);
    const auto target = with_ids(each.route.substr(space + 1));
    const bool has_body = method == "POST" || method == "PUT" || method == "PATCH";
    BOOST_TEST(
        becomes_true([&] { return bob.send(method, target, has_body ? "{}" : "").status == 401; }, 5s));
    w.ask(bob, method, target, "401 token-invalid",
          has_body ? std::optional<std::string>{"{}"} : std::nullopt);
  }
  BOOST_TEST(becomes_true([&] { return bob.get("/api/products").status == 401; }, 5s));
}

// While products is away or hangs: what needs it says so in time, and everything else works.
void walk_without_products(walk& w, const std::string& status) {
  auto& ann = w.ann.device;
  const std::string line = R"({"productId":1,"quantity":1})";
  w.ask(ann, "POST", "/api/cart", status, line);
  w.ask(ann, "POST", "/api/cart/merge", status, "{\"items\":[" + line + "]}");
  w.ask(ann, "POST", "/api/wishlist", status, R"({"productId":1})");
  w.ask(ann, "GET", "/api/wishlist", status);
  order(w, fresh_email(), status);  // of what walk_orders left in the cart
  w.ask(ann, "GET", "/api/orders", "200");
  w.ask(ann, "GET", "/api/cart", "200");
  w.ask(ann, "GET", "/api/profile", "200");
  const auto home = w.ask(ann, "GET", "/api/home", "200");
  BOOST_TEST(number_of(home, "/degraded") == R"(["products","wishlist"])");
  BOOST_TEST(home.json().root().HasMember("cart"));
}

// Paused for as long as it lives.
struct paused {
  std::vector<replica> all;
  explicit paused(const std::string& service) : all(replicas_of(service)) {
    for (const auto& each : all) BOOST_REQUIRE(kill(each.pid, SIGSTOP) == 0);
  }
  paused(const paused&) = delete;
  paused& operator=(const paused&) = delete;
  ~paused() {
    for (const auto& each : all) kill(each.pid, SIGCONT);
  }
};

std::string listed(const statuses& all) {
  std::string text;
  for (const auto& each : all) text += (text.empty() ? "" : ", ") + each;
  return text;
}

void print_table() {
  std::cout << "\nroute | web | mobile\n--- | --- | ---\n";
  std::size_t cells = 0;
  for (const auto& each : table) {
    auto& by_device = executed[each.route];
    cells += by_device["web"].size() + by_device["mobile"].size();
    std::cout << each.route << " | " << listed(by_device["web"]) << " | "
              << (by_device["mobile"] == by_device["web"] ? "the same" : listed(by_device["mobile"])) << "\n";
  }
  std::cout << table.size() << " routes, " << cells << " pairs of route and answer\n";
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_row_of_the_api_answers_as_listed_on_both_devices) {
  walk web(desktop);
  walk mobile(iphone);
  for (auto* each : {&web, &mobile}) {
    walk_accounts(*each);
    walk_catalogue(*each);
    walk_shopping(*each);
    walk_orders(*each);
    walk_pages(*each);
    walk_common_errors(*each);
  }
  const auto wished = create_product(web.admin.device);
  for (auto* each : {&web, &mobile})
    expect(200, each->ann.device.post("/api/wishlist", R"({"productId":)" + std::to_string(wished.id) + "}"));
  {
    const paused products("products");
    for (auto* each : {&web, &mobile}) walk_without_products(*each, "504");
  }
  BOOST_REQUIRE_EQUAL(command("stop products"), 0);
  for (auto* each : {&web, &mobile}) walk_without_products(*each, "503");
  BOOST_REQUIRE_EQUAL(command("start products"), 0);
  for (auto* each : {&web, &mobile}) {
    BOOST_TEST(becomes_true([&] { return each->ann.device.get("/api/wishlist").status == 200; }, 10s));
    walk_away(*each);
  }
  print_table();
  for (const auto& each : table)
    for (const auto* device : {"web", "mobile"})
      for (const auto& status : each.listed)
        BOOST_TEST(executed[each.route][device].contains(status),
                   device << " " << each.route << " " << status);
}
