// What nobody may write or have twice (OWASP API Security Top 10, 2023: API3 object properties, API6 business
// flows).
#include "common/uuid.hpp"
#include "tests/e2e/world.hpp"
#include "tests/security/orders.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace mercat::security;

namespace {

// What is in the answer under this name, as JSON; "absent".
std::string shown(const e2e::answer& received, const char* name) {
  if (received.status < 200 || received.status > 299 || received.body.empty()) return spelled(received);
  const auto document = received.json();
  const auto* found = json::member(document.root(), name);
  if (found == nullptr) return "absent";
  json::writer out;
  found->Accept(out);
  return out.take();
}

// Members that nobody may set, behind those that one may.
const std::string more =
    R"(,"role":"admin","roles":["admin"],"isAdmin":true,"id":987654321,"customerId":987654321,"createdAt":"2001-01-01T00:00:00Z","version":99,)"
    R"("status":"ACCEPTED","amount":0.01,"total":0.01,"price":0.01,"currency":"EUR","passwordHash":"x","password_hash":"x",)"
    R"("__proto__":{"role":"admin"},"constructor":{"prototype":{"role":"admin"}},"$set":{"role":"admin"},"Role":"admin","role ":"admin")";

void try_account(group& all) {
  for (const auto& where : places_of("/signup")) {
    const auto made =
        ask(where, {"POST", "/signup",
                    R"({"email":")" + e2e::fresh_email() + R"(","password":"correct horse")" + more + "}"});
    all.judge("sign-up: role", where.name, "\"user\"", shown(made, "role"));
    all.judge("sign-up: id", where.name, "another", shown(made, "id") == "987654321" ? "given" : "another");
    const std::string token{json::text(made.json().root(), "accessToken").value_or("")};
    const auto changed = ask(
        where, {"PATCH", "/profile", R"({"name":"Bob")" + more + R"(,"email":"taken@example.test"})", token});
    all.judge("profile: role", where.name, "\"user\"", shown(changed, "role"));
    all.judge("profile: e-mail", where.name, "kept",
              shown(changed, "email") == "\"taken@example.test\"" ? "changed" : "kept");
    all.judge("profile: createdAt", where.name, "kept",
              shown(changed, "createdAt").starts_with("\"2001") ? "changed" : "kept");
    all.judge(
        "then still no administrator", where.name, "403 role-required",
        spelled(ask(where.is_service() ? the("shopping") : where, {.path = "/admin/orders", .token = token})),
        "API5");
    const std::string address = R"({"street":"a","city":"b","postalCode":"1","country":"DE")" + more + "}";
    all.judge(
        "address: id", where.name, "another",
        shown(ask(where, {"POST", "/addresses", address, token}), "id") == "987654321" ? "given" : "another");
    for (const auto* path : {"/profile", "/addresses"}) {
      const auto body = ask(where, {.path = path, .token = token}).body;
      for (const auto* word : {"password", "argon2", "hash", "salt", "refreshToken"})
        all.judge(std::string(path) + " says nothing of '" + word + "'", where.name, "nothing",
                  body.find(word) == std::string::npos ? "nothing" : "said");
    }
  }
}

void try_cart_and_order(group& all) {
  const auto bob = sign_up();
  const auto product = new_product(R"(,"quantity":50)");
  for (const auto& where : places_of("/cart")) {
    const auto cart = ask(
        where, {"POST", "/cart",
                R"({"quantity":3,"productId":)" + number(product) + more + R"(,"lineTotal":0})", bob.token});
    all.judge("cart: price and total", where.name, "28.5", shown(cart, "total"));
    const auto order =
        ask(where, placing(bob, uuid_v7(), "{\"acceptPriceChange\":false" + more + R"(,"items":[]})"));
    all.judge("order: amount", where.name, "28.5", shown(order, "amount"));
    all.judge("order: status", where.name, "\"PENDING\"", shown(order, "status"));
    all.judge("order: e-mail and customer are not shown", where.name, "absent", shown(order, "customerId"));
  }
}

void try_product(group& all) {
  for (const auto& where : places_of("/products")) {
    const auto sku = "A" + uuid_v7().substr(9);
    const auto made = ask(
        where, {"POST", "/products",
                R"({"sku":")" + sku + R"(","name":"x","type":"Attacked","price":2)" +
                    R"(,"id":987654321,"version":99,"createdAt":"2001-01-01T00:00:00Z","stockVersion":7})",
                an_admin().token});
    all.judge("product: id", where.name, "another", shown(made, "id") == "987654321" ? "given" : "another");
    all.judge("product: version", where.name, "1", shown(made, "version"));
    const auto put = ask(
        where, {"PUT", "/products/" + shown(made, "id"),
                R"({"sku":")" + sku +
                    R"(","name":"x","type":"Attacked","price":2,"version":1,"quantity":77,"id":987654321})",
                an_admin().token});
    all.judge("product: quantity by PUT", where.name, "0", shown(put, "quantity"));
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(nobody_writes_what_is_not_theirs_to_write) {
  group all("object properties", "API3");
  try_account(all);
  try_cart_and_order(all);
  try_product(all);
  all.finish();
}

namespace {

request in_cart(const person& who, const std::string& product, const std::string& quantity) {
  return {"POST", "/cart", R"({"productId":)" + product + R"(,"quantity":)" + quantity + "}", who.token};
}

std::vector<attack> wrong_carts(const person& bob, const std::string& product) {
  std::vector<attack> tries;
  for (const auto* quantity :
       {"0", "-1", "-999", "1000", "1.5", "1e2", "0.1", "1e400", "99999999999999999999", "\"2\"", "null",
        "true", "[2]", "{}", "-0", "2147483648", "NaN"})
    tries.push_back({"cart: quantity " + std::string(quantity), in_cart(bob, product, quantity),
                     "400 invalid-body|400 malformed-json"});
  for (const auto* id : {"0", "-1", "1.5", "\"1\"", "null", "[1]", "9223372036854775808", "1e2"})
    tries.push_back({"cart: product " + std::string(id),
                     {"POST", "/cart", R"({"quantity":1,"productId":)" + std::string(id) + "}", bob.token},
                     "400 invalid-body"});
  tries.push_back({"cart: nobody's product",
                   {"POST", "/cart", R"({"quantity":1,"productId":9223372036854775807})", bob.token},
                   "404 product-not-found"});
  tries.push_back({"merge: 101 lines",
                   {"POST", "/cart/merge",
                    [] {
                      std::string items = R"({"productId":1,"quantity":1})";
                      for (int i = 0; i < 100; ++i) items += R"(,{"productId":1,"quantity":1})";
                      return "{\"items\":[" + items + "]}";
                    }(),
                    bob.token},
                   "400 invalid-body"});
  tries.push_back(
      {"merge: a negative line",
       {"POST", "/cart/merge", R"({"items":[{"productId":)" + product + R"(,"quantity":-5}]})", bob.token},
       "400 invalid-body"});
  return tries;
}

std::vector<attack> wrong_orders(const person& bob) {
  std::vector<attack> tries;
  tries.push_back({"order: no key", {"POST", "/orders", "{}", bob.token}, "400 idempotency-key-required"});
  for (const auto& key : {std::string(65, 'k'), std::string("a b"), std::string("caf\xC3\xA9")})
    tries.push_back({"order: key '" + key + "'", placing(bob, key), "400 idempotency-key-invalid"});
  tries.push_back({"order: two keys",
                   {"POST", "/orders", "{}", bob.token, {{"Idempotency-Key", "a"}, {"Idempotency-Key", "b"}}},
                   "400 idempotency-key-invalid"});
  tries.push_back({"order: an empty cart", placing(bob, uuid_v7()), "409 cart-empty"});
  for (const auto* body : {R"({"addressId":-1})", R"({"addressId":"1"})", R"({"addressId":1.5})",
                           R"({"txnNumber":1})", R"({"txnNumber":""})", R"({"txnNumber":"a b"})",
                           R"({"acceptPriceChange":"true"})", R"({"acceptPriceChange":1})"})
    tries.push_back({"order: " + std::string(body), placing(bob, uuid_v7(), body), "400 invalid-body"});
  return tries;
}

void order_too_much_and_twice(group& all, const person& bob, const std::string& product) {
  const auto shop = the("edge");
  for (const auto& where : places_of("/orders")) {
    (void)ask(shop, in_cart(bob, product, "900"));
    all.try_at(where, {"order: more than there is", placing(bob, uuid_v7()), "409 out-of-stock"});
  }
  (void)ask(shop, in_cart(bob, product, "1"));
  const auto key = uuid_v7();
  const auto first = ask(shop, placing(bob, key));
  all.judge("order: the first", "edge", "201", spelled(first));
  for (const auto& where : places_of("/orders")) {
    const auto again = ask(where, placing(bob, key));
    all.judge("order: the same key is the same order", where.name, "200 " + text_in(first, "orderId"),
              spelled(again) + " " + text_in(again, "orderId"));
    all.try_at(where, {"order: the key with another body", placing(bob, key, R"({"txnNumber":"x"})"),
                       "422 idempotency-key-reused"});
  }
}

// The staff, too, cannot take what is not there.
void try_stock_and_prices(group& all, const std::string& product) {
  const auto& admin = an_admin().token;
  for (const auto* body : {R"({"delta":-1000,"reason":"x"})"})
    all.try_all({{"stock: below zero",
                  {"POST", "/products/" + product + "/stock", body, admin},
                  "409 insufficient-stock"}});
  for (const auto* body : {R"({"delta":1.5,"reason":"x"})", R"({"delta":1e400,"reason":"x"})",
                           R"({"delta":2000000000,"reason":"x"})", R"({"delta":"1","reason":"x"})",
                           R"({"delta":1})", R"({"delta":1,"reason":""})"})
    all.try_all({{"stock: " + std::string(body),
                  {"POST", "/products/" + product + "/stock", body, admin},
                  "400 invalid-body|400 malformed-json"}});
  for (const auto* price :
       {"-1", "1.999", "1e9", "100000000", "\"1\"", "null", "[1]", "1e-3", "NaN", "-0.01"})
    all.try_all(
        {{"product: price " + std::string(price),
          {"POST", "/products",
           R"({"sku":"A)" + uuid_v7().substr(9) + R"(","name":"x","type":"Attacked","price":)" + price + "}",
           admin},
          "400 invalid-body|400 malformed-json"}});
}

}  // namespace

// What the shop lives on cannot be had twice, for less, or backwards.
BOOST_AUTO_TEST_CASE(business_goes_forward_only) {
  group all("business flows", "API6");
  const auto bob = sign_up();
  const auto product = number(new_product(R"(,"quantity":5)"));
  all.try_all(wrong_carts(bob, product));
  all.try_all(wrong_orders(bob));
  order_too_much_and_twice(all, bob, product);
  try_stock_and_prices(all, product);
  const auto taken = sign_up();
  all.try_all({{"sign-up: a taken address",
                {"POST", "/signup", R"({"email":")" + taken.email + R"(","password":"correct horse"})"},
                "422 email-taken"}});
  all.finish();
}
