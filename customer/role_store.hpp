// Roles in the customer schema. As store.hpp.
#pragma once

#include "common/db/session.hpp"
#include "customer/account.hpp"

#include <cstdint>
#include <vector>

namespace mercat::customer::store {

// Of an account whose row is held (store::lock).
void set_role(db::session& s, std::int64_t id, role wanted);
// Everybody who is more than a user, in the order of their ids.
[[nodiscard]] std::vector<account> staff(db::session& s);

}  // namespace mercat::customer::store
