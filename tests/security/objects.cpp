// Whose is it? (OWASP API Security Top 10, 2023: API1 object level, API3 object properties, API6 business
// flows.) Ann has an address, a cart, a wish and an order; Bob and an administrator try to get at them.
#include "common/uuid.hpp"
#include "tests/e2e/world.hpp"
#include "tests/security/orders.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace mercat::security;

namespace {

constexpr const char* an_address =
    R"({"street":"9 Elm St","city":"Paris","postalCode":"75001","country":"FR"})";

// Ann and what is hers.
struct household {
  person who = sign_up();
  std::string address, order, key = uuid_v7();
  std::int64_t product = new_product(R"(,"quantity":1000)");

  household() {
    const auto& shop = the("edge");
    address = number(
        json::integer(ask(shop, {"POST", "/addresses", an_address, who.token}).json().root(), "id").value());
    fill_cart();
    (void)ask(shop, {"POST", "/wishlist", R"({"productId":)" + number(product) + "}", who.token});
    order = text_in(e2e::expect(201, ask(shop, placing(who, key, R"({"addressId":)" + address + "}"))),
                    "orderId");
    fill_cart();
  }
  void fill_cart() const {
    e2e::expect(200, ask(the("edge"), {"POST", "/cart",
                                       R"({"quantity":2,"productId":)" + number(product) + "}", who.token}));
  }
};

// What is ann's, asked for by two who have nothing to do with it.
std::vector<attack> reaching_for(const household& ann, const person& bob) {
  const auto product = number(ann.product);
  std::vector<attack> tries;
  for (const auto* who : {&bob, &an_admin()}) {
    const std::string name = who == &bob ? "bob" : "an administrator";
    const auto& token = who->token;
    const auto add = [&](const std::string& what, request sent, const char* expected) {
      sent.token = token;
      tries.push_back({name + ": " + what, std::move(sent), expected});
    };
    add("changes ann's address", {"PUT", "/addresses/" + ann.address, an_address}, "404 address-not-found");
    add("deletes ann's address", {"DELETE", "/addresses/" + ann.address}, "404 address-not-found");
    add("deletes from ann's cart", {"DELETE", "/cart/" + product}, "404 not-in-cart");
    add("deletes ann's wish", {"DELETE", "/wishlist/" + product}, "404 not-in-wishlist");
    add("reads ann's order", {"GET", "/orders/" + ann.order}, "404 order-not-found");
    add("cancels ann's order", {"POST", "/orders/" + ann.order + "/cancel"}, "404 order-not-found");
    add("orders with ann's key and an empty cart", placing(*who, ann.key), "409 cart-empty");
    add("asks for ann's order with an ETag",
        {.path = "/orders/" + ann.order, .headers = {{"If-None-Match", "\"1\""}}}, "404 order-not-found");
  }
  tries.push_back({"bob: reads ann by id",
                   {.path = "/customers/" + number(ann.who.id), .token = bob.token},
                   "404 customer-not-found"});
  tries.push_back({"bob: reads ann by e-mail",
                   {.path = "/customers?userId=" + ann.who.email, .token = bob.token},
                   "404 customer-not-found"});
  tries.push_back({"bob: orders with ann's address",
                   placing(bob, uuid_v7(), R"({"addressId":)" + ann.address + "}"),
                   "409 cart-empty|404 address-not-found"});
  return tries;
}

// Ids that are none, or nobody's.
std::vector<attack> odd_ids(const household& ann, const person& bob) {
  std::vector<attack> tries;
  for (const auto* id : {"0", "-1", "01", "1e1", "0x1", "9223372036854775808", "1%20", "%31x", "1;2", "1,2",
                         "*", "null", "me", "self", "%27", "1%27%20OR%201=1", "{id}", "1.0", "%F0%9F%9B%92"})
    for (const auto* path : {"/addresses/", "/customers/"})
      tries.push_back({"bob: " + std::string(path) + id,
                       {std::string_view{path} == "/addresses/" ? "DELETE" : "GET",
                        path + std::string(id),
                        {},
                        bob.token},
                       "400 malformed-id"});
  for (const auto& id :
       {std::string("1"), std::string("me"), std::string("%27"), ann.order + "x", ann.order.substr(1),
        std::string("00000000-0000-0000-0000-000000000000"), std::string(36, '-'), std::string(300, 'a')})
    tries.push_back({"bob: /orders/" + id.substr(0, 40),
                     {.path = "/orders/" + id, .token = bob.token},
                     "404 order-not-found"});
  return tries;
}

// Who one is says the token alone.
void try_being_another(group& all, const household& ann, const person& bob) {
  const auto id = number(ann.who.id);
  for (const auto& where : places_of("/profile")) {
    const auto own = [&](const std::string& name, const request& sent) {
      const auto received = ask(where, sent);
      all.judge(name, where.name, "bob's",
                text_in(received, "email") == bob.email ? "bob's" : spelled(received));
    };
    for (const auto* header :
         {"X-User-Id", "X-Customer-Id", "X-Forwarded-User", "X-Remote-User", "X-Authenticated-User", "From"})
      own("profile with " + std::string(header),
          {.path = "/profile", .token = bob.token, .headers = {{header, id}}});
    for (const auto* name : {"id", "customerId", "userId", "user", "sub"})
      own("profile with ?" + std::string(name) + "=",
          {.path = "/profile?" + std::string(name) + "=" + id, .token = bob.token});
    own("profile changed with ann's id in the body",
        {"PATCH", "/profile", R"({"name":"Bob","id":)" + id + R"(,"customerId":)" + id + "}", bob.token});
  }
  const request cart{.path = "/cart?customerId=" + id, .token = bob.token};
  for (const auto& where : places_of("/cart")) {
    const auto received = ask(where, cart);
    all.judge("cart with ?customerId=", where.name, "200, empty",
              spelled(received) + (received.json().root()["items"].Empty() ? ", empty" : ", not empty"));
  }
}

void check_that_all_is_there(group& all, const household& ann) {
  const auto& shop = the("edge");
  const auto mine = [&](const char* path) { return ask(shop, {.path = path, .token = ann.who.token}); };
  const auto street = mine("/addresses").body;
  all.judge("ann's address", "edge", "9 Elm St",
            street.find("9 Elm St") == std::string::npos ? street : "9 Elm St");
  all.judge("ann's cart", "edge", "2 pieces",
            mine("/cart").body.find("\"quantity\":2") == std::string::npos ? "?" : "2 pieces");
  all.judge("ann's wish", "edge", "1 product",
            std::to_string(mine("/wishlist").json().root()["products"].Size()) + " product");
  const auto status = text_in(ask(shop, {.path = "/orders/" + ann.order, .token = ann.who.token}), "status");
  all.judge("ann's order", "edge", "PENDING|ACCEPTED", status);
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_belongs_to_another_is_not_there) {
  group all("objects of others", "API1");
  const household ann;
  const auto bob = sign_up();
  all.try_all(reaching_for(ann, bob));
  all.try_all(odd_ids(ann, bob));
  try_being_another(all, ann, bob);
  check_that_all_is_there(all, ann);
  all.finish();
}
