// A customer's addresses, and the rules for what goes into one. No HTTP, SQL or AMQP in here.
#pragma once

#include "customer/account.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mercat::customer {

inline constexpr std::size_t most_addresses = 50;  // of one customer

// Has passed the rules of checked().
struct postal_address {
  std::string street;
  std::string city;
  std::optional<std::string> state;
  std::string postal_code;
  std::string country;  // a name or an ISO code: free text
};

// Gives the address back as it is, but that a blank state is none. Throws fault::malformed "invalid-body",
// naming every member that is blank (state may be), too long (street 200 code points, city, state and
// country 100, postalCode 20) or refused by text_rules.hpp.
[[nodiscard]] postal_address checked(postal_address given);

struct address {
  std::int64_t id = 0;
  postal_address where;
};

struct customer_profile {
  account who;
  std::vector<address> addresses;  // by id
};

// fault::not_found: nobody's, or another customer's.
[[nodiscard]] error address_not_found();
// fault::conflict
[[nodiscard]] error too_many_addresses();

}  // namespace mercat::customer
