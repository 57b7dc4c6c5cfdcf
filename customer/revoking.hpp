// revoke: the access tokens of a customer count no more, here and on every replica (docs/adr/0010). For the
// inside of the transaction that is the reason for it.
#pragma once

#include "common/db/session.hpp"
#include "customer/account.hpp"

#include <chrono>
#include <string_view>

namespace mercat::customer {

// remembered: how long a revocation is kept, at least the life of an access token and the leeway for clocks;
// a few that are older are forgotten here. traceparent: of the request that caused it, or empty.
void revoke(db::session& s, const revocation& ended, std::chrono::seconds remembered,
            std::string_view traceparent);

}  // namespace mercat::customer
