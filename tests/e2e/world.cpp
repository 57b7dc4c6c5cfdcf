#include "tests/e2e/world.hpp"

#include "common/uuid.hpp"

#include <stdexcept>

namespace mercat::e2e {

answer expect(int status, answer received) {
  if (received.status != status)
    throw std::runtime_error("expected " + std::to_string(status) + ", got " +
                             std::to_string(received.status) + " " + received.failure + received.body);
  return received;
}

std::string quoted(std::string_view text) {
  json::writer out;
  out.text(text);
  return out.take();
}

visitor staff(std::string_view user_agent) {
  browser device(url(), user_agent);
  account admin{0, "admin@mercat.test", "mercat-demo-1", ""};
  const auto received =
      expect(200, device.post("/api/login", R"({"email":")" + admin.email + R"(","password":")" +
                                                admin.password + R"("})"));
  const auto document = received.json();
  admin.id = json::integer(document.root(), "id").value();
  admin.token = std::string(json::text(document.root(), "accessToken").value());
  return {admin, user_agent};
}

visitor new_customer(std::string_view user_agent) {
  browser device(url(), user_agent);
  return {sign_up(device), user_agent};
}

product create_product(browser& admin, const std::string& more, const std::string& price) {
  const auto sku = "T" + uuid_v7().substr(9);
  const auto received =
      expect(201, admin.post("/api/products", R"({"sku":")" + sku +
                                                  R"(","name":"Test lamp","type":"Tests","price":)" + price +
                                                  more + "}"));
  const auto document = received.json();
  return {json::integer(document.root(), "id").value(), sku,
          json::integer(document.root(), "version").value()};
}

std::int64_t add_address(browser& customer) {
  const auto received = expect(
      201, customer.post("/api/addresses",
                         R"({"street":"1 Main St","city":"Berlin","postalCode":"10115","country":"DE"})"));
  return json::integer(received.json().root(), "id").value();
}

}  // namespace mercat::e2e
