// The table of revoked sessions. As store.hpp.
#pragma once

#include "common/db/session.hpp"
#include "customer/account.hpp"

#include <vector>

namespace mercat::customer::store {

void add_revocation(db::session& s, const revocation& made);
// From this moment on, oldest first.
[[nodiscard]] std::vector<revocation> revocations_since(db::session& s, db::sql_time moment);
// A bounded number of those before this moment.
void forget_revocations(db::session& s, db::sql_time moment);

}  // namespace mercat::customer::store
