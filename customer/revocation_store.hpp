// The table of revoked sessions. As store.hpp.
#pragma once

#include "common/db/session.hpp"
#include "customer/account.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace mercat::customer::store {

// Of two for one customer the later one counts.
void add_revocation(db::session& s, const revocation& made);
[[nodiscard]] std::optional<db::sql_time> revoked_before(db::session& s, std::int64_t customer);
// From this moment on, oldest first.
[[nodiscard]] std::vector<revocation> revocations_since(db::session& s, db::sql_time moment);
// A bounded number of those before this moment.
void forget_revocations(db::session& s, db::sql_time moment);

}  // namespace mercat::customer::store
