// Orders: refused, placed, read again, cancelled, and as staff see them.
#include "tests/e2e/api_table.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;

namespace mercat::e2e::api {

namespace {

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
  w.order("not visible", "400 idempotency-key-invalid");
  const auto key = fresh_email();
  w.order(key, "409 cart-empty");
  w.order(key, "400 invalid-body", R"({"addressId":"home"})");
  const auto dear = create_product(w.admin.device, R"(,"quantity":9)", "3");
  put_into_cart(w, dear.id, 2);
  w.order(key, "404 address-not-found", R"({"addressId":999999999})");
  reprice(w.admin.device, dear, R"(,"price":4)");
  const auto refused = w.order(key, "409 price-changed");
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
  w.order(key, "409 out-of-stock");
  expect(204, w.admin.device.del("/api/products/" + std::to_string(dear.id)));
  w.order(key, "409 items-unavailable");
  expect(200, ann.del("/api/cart"));
  put_into_cart(w, lamp.id, 1);
  w.order(key, "201");  // no refusal has used it up
}

// Returns the order's id.
std::string walk_placed_order(walk& w, const product& lamp, std::int64_t address_id) {
  put_into_cart(w, lamp.id, 3);
  const auto key = fresh_email();
  const auto body =
      R"({"addressId":)" + std::to_string(address_id) + R"(,"txnNumber":"T)" + key.substr(0, 40) + R"("})";
  const auto placed =
      w.order(key, "201", body, {{"", placed_order}, {"/items/0", order_item}, {"/address", address}});
  BOOST_TEST(number_of(placed, "/amount") == "59.97");
  BOOST_TEST(text_of(placed, "/status") == "PENDING");
  const auto id = text_of(placed, "/orderId");
  const auto path = "/api/orders/" + id;
  BOOST_TEST(placed.header("location") == path);
  BOOST_TEST(w.order(key, "200", body).body == placed.body);
  w.order(key, "422 idempotency-key-reused");
  put_into_cart(w, lamp.id, 1);
  w.order(fresh_email(), "422 txn-number-taken", body);
  return id;
}

void walk_reading(walk& w, const std::string& path) {
  auto& ann = w.ann.device;
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
}

void walk_cancelling(walk& w, const std::string& path) {
  auto& ann = w.ann.device;
  w.ask(w.bob.device, "GET", path, "404 order-not-found");
  w.ask(w.bob.device, "POST", path + "/cancel", "404 order-not-found", "{}");
  w.ask(ann, "POST", path + "/cancel", "200", "{}", {{"", whole_order}});
  w.ask(ann, "POST", path + "/cancel", "409 order-final", "{}");
}

void walk_orders_of_all(walk& w, const std::string& id) {
  auto& admin = w.admin.device;
  w.ask(admin, "GET", "/api/admin/orders?status=CANCELLED&limit=5", "200", {}, {{"", "orders nextCursor"}});
  w.ask(admin, "GET", "/api/admin/orders?status=LOST", "400 invalid-status");
  w.ask(admin, "GET", "/api/admin/orders/" + id, "200", {}, {{"", staff_order}});
  w.ask(admin, "GET", "/api/admin/orders/999999999", "404 order-not-found");
}

}  // namespace

void walk_orders(walk& w) {
  const auto lamp = create_product(w.admin.device, R"(,"quantity":50)", "19.99");
  const auto address_id = add_address(w.ann.device);
  walk_refused_orders(w, lamp);
  const auto id = walk_placed_order(w, lamp, address_id);
  const auto path = "/api/orders/" + id;
  walk_reading(w, path);
  walk_cancelling(w, path);
  walk_orders_of_all(w, id);
}

}  // namespace mercat::e2e::api
