// world: what tests of the whole API play with: staff, two customers with an address each, products of their
// own.
#pragma once

#include "tests/e2e/shop.hpp"

#include <map>
#include <string>

namespace mercat::e2e {

struct product {
  std::int64_t id = 0;
  std::string sku;
  std::int64_t version = 1;
};

// Someone at a device.
struct visitor {
  account who;
  browser device;

  visitor(account known, std::string_view user_agent) : who(std::move(known)), device(url(), user_agent) {
    device.log_in_as(who.token);
  }
};

// Throw std::runtime_error with the answer when the shop refuses.
[[nodiscard]] visitor staff(std::string_view user_agent = desktop);  // the demo administrator
[[nodiscard]] visitor new_customer(std::string_view user_agent = desktop);
// more: members of the body beside sku, name, type and price, with a comma in front.
product create_product(browser& admin, const std::string& more = {}, const std::string& price = "9.99");
// The id of the new address.
std::int64_t add_address(browser& customer);

// The answer when it has this status; else throws, with what it says.
answer expect(int status, answer received);

// Text as a JSON string, quotes included.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace mercat::e2e
