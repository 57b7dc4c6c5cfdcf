// Accounts and addresses as the API shows them.
#pragma once

#include "customer/address.hpp"
#include "customer/membership.hpp"

#include <string>
#include <vector>

namespace mercat::customer {

// {id,email,name,role,accessToken,refreshToken,tokenType,expiresIn}; name is null when there is none;
// expiresIn in seconds.
[[nodiscard]] std::string json_of(const session& opened);

// {id,email,name,phone,role,createdAt,addresses}; name and phone may be null.
[[nodiscard]] std::string json_of(const customer_profile& whole);

// {id,street,city,state,postalCode,country}; state may be null.
[[nodiscard]] std::string json_of(const address& one);
// {addresses:[…]}
[[nodiscard]] std::string json_of(const std::vector<address>& all);

}  // namespace mercat::customer
