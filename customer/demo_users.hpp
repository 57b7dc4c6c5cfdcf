// The demo accounts of a development instance: admin@mercat.test (role admin) and user@mercat.test, password
// mercat-demo-1. Repeatable: an account that exists is left as it is. No event is published, so no welcome
// mail is sent.
#pragma once

#include "customer/settings.hpp"

#include <string>

namespace mercat::customer {

// Blocks; prints what it did.
void seed_demo_users(const settings& configured);

// Encoded, with a salt of its own. Blocks.
[[nodiscard]] std::string hash_of_demo_password();

}  // namespace mercat::customer
