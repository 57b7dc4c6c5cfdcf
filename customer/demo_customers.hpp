// Demo customers by the thousand, for a development instance: customer-000001@mercat.test and so on, password
// mercat-demo-1, always the same names, most with a telephone number, some with an address. Repeatable: an
// account that exists is left as it is. No event is published, so no welcome mail is sent.
#pragma once

#include "customer/address.hpp"
#include "customer/settings.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace mercat::customer {

inline constexpr std::int64_t most_demo_customers = 999'999;

struct demo_customer {
  std::string email;
  std::string name;
  std::optional<std::string> phone;
  std::optional<postal_address> where;
};
// number: from 1.
[[nodiscard]] demo_customer demo_customer_number(std::size_t number);

// As many as the settings say. Blocks; prints how far it is and what it did.
void generate_demo_customers(const settings& configured);

}  // namespace mercat::customer
