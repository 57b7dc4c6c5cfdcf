// The demo accounts of a development instance: admin@mercat.test (role admin) and user@mercat.test, password
// mercat-demo-1. Repeatable: an account that exists is left as it is. No event is published, so no welcome
// mail is sent.
#pragma once

#include "customer/settings.hpp"

namespace mercat::customer {

// Blocks; prints what it did.
void seed_demo_users(const settings& configured);

}  // namespace mercat::customer
