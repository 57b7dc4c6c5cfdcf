// What customer answers over HTTP, and to whom.
#pragma once

#include "common/http/route.hpp"
#include "customer/address_book.hpp"
#include "customer/directory.hpp"
#include "customer/membership.hpp"
#include "customer/password_resets.hpp"
#include "customer/sessions.hpp"

#include <string>

namespace mercat::customer {

// All given must outlive the server. replica: this process's name.
[[nodiscard]] http::route_table routes(membership& members, sessions& logged_in, password_resets& resets,
                                       address_book& addresses, directory& customers,
                                       const std::string& replica);

}  // namespace mercat::customer
