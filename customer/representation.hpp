// Accounts as the API shows them.
#pragma once

#include "customer/membership.hpp"

#include <string>

namespace mercat::customer {

// {id,email,name,role,accessToken,tokenType,expiresIn}; name is null when there is none; expiresIn in
// seconds.
[[nodiscard]] std::string json_of(const session& opened);

// {id,email,name,phone,role,createdAt,addresses}; name and phone may be null.
[[nodiscard]] std::string json_of(const account& who);

}  // namespace mercat::customer
