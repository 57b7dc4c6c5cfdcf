// Two customers and an administrator: what belongs to one is not there for another, whoever asks and however.
#include "tests/e2e/world.hpp"

#include <boost/test/unit_test.hpp>

#include <iostream>

using namespace mercat;
using namespace mercat::e2e;
using namespace std::chrono_literals;

namespace {

constexpr const char* an_address =
    R"({"street":"9 Elm St","city":"Paris","postalCode":"75001","country":"FR"})";

std::string number(std::int64_t value) {
  return std::to_string(value);
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_address_is_there_for_its_owner_alone) {
  auto ann = new_customer();
  auto bob = new_customer(iphone);
  auto admin = staff();
  const auto path = "/api/addresses/" + number(add_address(ann.device));
  for (auto* other : {&bob, &admin}) {
    BOOST_TEST(other->device.send("PUT", path, an_address).status == 404);
    BOOST_TEST(other->device.del(path).status == 404);
  }
  // Nothing tells "another's" from "nobody's".
  const auto others = bob.device.del(path);
  const auto nobodys = bob.device.del("/api/addresses/999999999");
  BOOST_TEST(json::text(others.json().root(), "detail").value() ==
             json::text(nobodys.json().root(), "detail").value());
  BOOST_TEST(others.problem() == nobodys.problem());
  const auto seen = bob.device.get("/api/addresses");
  BOOST_TEST(seen.json().root()["addresses"].Empty());
  const auto kept = ann.device.get("/api/addresses");
  BOOST_REQUIRE_EQUAL(kept.json().root()["addresses"].Size(), 1U);
  BOOST_TEST(json::text(kept.json().root()["addresses"][0], "street").value() == "1 Main St");
}

BOOST_AUTO_TEST_CASE(a_customer_is_there_for_itself_and_for_staff) {
  auto ann = new_customer();
  auto bob = new_customer();
  auto admin = staff();
  for (const auto& path :
       {"/api/customers/" + number(ann.who.id), "/api/customers?userId=" + ann.who.email}) {
    BOOST_TEST(ann.device.get(path).status == 200);
    BOOST_TEST(admin.device.get(path).status == 200);
    const auto refused = bob.device.get(path);
    BOOST_TEST(refused.status == 404);
    BOOST_TEST(refused.body.find(ann.who.email + "\"") == std::string::npos);
  }
  const auto others = bob.device.get("/api/customers/" + number(ann.who.id));
  const auto nobodys = bob.device.get("/api/customers/999999999");
  BOOST_TEST(json::text(others.json().root(), "detail").value() ==
             json::text(nobodys.json().root(), "detail").value());
}

BOOST_AUTO_TEST_CASE(carts_and_wishlists_do_not_meet) {
  auto ann = new_customer();
  auto bob = new_customer();
  auto admin = staff();
  const auto item = create_product(admin.device);
  expect(200, ann.device.post("/api/cart", R"({"productId":)" + number(item.id) + R"(,"quantity":2})"));
  expect(200, ann.device.post("/api/wishlist", R"({"productId":)" + number(item.id) + "}"));
  for (auto* other : {&bob, &admin}) {
    BOOST_TEST(other->device.get("/api/cart").body.find(item.sku) == std::string::npos);
    BOOST_TEST(other->device.del("/api/cart/" + number(item.id)).status == 404);
    BOOST_TEST(other->device.del("/api/wishlist/" + number(item.id)).status == 404);
    BOOST_TEST(other->device.get("/api/wishlist").json().root()["products"].Empty());
  }
  expect(200, bob.device.del("/api/cart"));
  BOOST_TEST(ann.device.get("/api/cart").json().root()["items"].Size() == 1U);
  BOOST_TEST(ann.device.get("/api/wishlist").json().root()["products"].Size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_id_in_a_body_does_not_choose_whose_data_it_is) {
  auto ann = new_customer();
  auto bob = new_customer();
  const auto ids =
      R"(,"id":)" + number(ann.who.id) + R"(,"customerId":)" + number(ann.who.id) + R"(,"role":"admin"})";
  expect(200, bob.device.send("PATCH", "/api/profile", R"({"name":"Bob")" + ids));
  expect(200, bob.device.post("/api/cart", R"({"productId":1,"quantity":1)" + ids));
  const auto profile = bob.device.get("/api/profile");
  BOOST_TEST(json::text(profile.json().root(), "role").value() == "user");
  BOOST_TEST(json::integer(profile.json().root(), "id").value() == bob.who.id);
  BOOST_TEST(ann.device.get("/api/cart").json().root()["items"].Empty());
  BOOST_TEST(json::member(ann.device.get("/api/profile").json().root(), "name")->IsNull());
}
