// The API's table as a test goes through it: its rows, the shapes of the answers, and the walk of one device,
// which asks, checks and remembers what was answered. Each walk_*() is one concern of the API, in a file of
// its own; what is not as it should be is reported to Boost.Test. Not thread-safe: one request after the
// other.
#pragma once

#include "tests/e2e/world.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mercat::e2e::api {

using statuses = std::set<std::string>;  // "404 product-not-found"

enum class access { open, user, admin };

// What section 5 of the design lists for a route; what holds for all rows alike is in walk_common_errors().
struct row {
  std::string route;  // "PUT /api/products/{id}"
  access who;
  statuses listed;
};

[[nodiscard]] const std::vector<row>& table();

// The members that an object of an answer has, no more and no fewer.
struct shape {
  const char* pointer;  // RFC 6901
  const char* members;  // with spaces between
};

inline constexpr const char* whole_product =
    "id sku name description type unit price currency available quantity supplier banner version createdAt "
    "updatedAt";
inline constexpr const char* list_item = "id name price currency banner available";
inline constexpr const char* opened_session =
    "id email name role accessToken refreshToken tokenType expiresIn";
inline constexpr const char* whole_customer = "id email name phone role createdAt addresses";
inline constexpr const char* phone_customer = "id email name phone role createdAt";
inline constexpr const char* address = "id street city state postalCode country";
inline constexpr const char* placed_order =
    "orderId status amount currency items address txnNumber createdAt";
inline constexpr const char* listed_order =
    "orderId status reason amount currency items address txnNumber createdAt updatedAt";
inline constexpr const char* whole_order =
    "orderId status reason amount currency items address txnNumber createdAt updatedAt history";
inline constexpr const char* staff_order =
    "orderId customerId email status reason amount currency items address txnNumber createdAt updatedAt "
    "history";
inline constexpr const char* order_item = "productId name banner price quantity lineTotal";
inline constexpr const char* cart_product = "id name banner price currentPrice priceChanged available";

// One device going through the table.
struct walk {
  std::string name;
  bool phone;
  visitor admin;
  visitor ann;
  visitor bob;
  browser stranger;
  std::map<std::string, statuses> answered;  // by route

  explicit walk(std::string_view agent);

  // expected: a status, alone or with the problem's slug.
  answer ask(browser& device, const std::string& method, const std::string& target,
             const std::string& expected, std::optional<std::string> body = {},
             const std::vector<shape>& shapes = {});
  // Ann's order of what is in her cart.
  answer order(const std::string& key, const std::string& expected, const std::string& body = "{}",
               const std::vector<shape>& shapes = {});

  [[nodiscard]] browser& allowed(access who);
  [[nodiscard]] const char* in_list() const { return phone ? list_item : whole_product; }
  [[nodiscard]] const char* customer() const { return phone ? phone_customer : whole_customer; }
};

void check_shape(const answer& received, const shape& wanted);

// Empty when it is not there or no text.
[[nodiscard]] std::string text_of(const answer& received, const char* pointer);
// Any value, as JSON; "absent" when it is not there.
[[nodiscard]] std::string number_of(const answer& received, const char* pointer);

void walk_accounts(walk& w);
void walk_catalogue(walk& w);
void walk_shopping(walk& w);
void walk_orders(walk& w);  // leaves something in Ann's cart
void walk_common_errors(walk& w);
void walk_away(walk& w);  // ends Bob's account

}  // namespace mercat::e2e::api
