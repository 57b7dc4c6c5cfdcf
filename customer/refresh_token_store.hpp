// The table of refresh tokens. As store.hpp. Whoever writes here holds the customer's row (store::lock). A
// family lives by its one token that is not spent. Spent ones may be very many: what ends families does not
// touch them, and need not, as a spent token is refused whatever became of its family.
#pragma once

#include "common/db/session.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace mercat::customer::store {

struct kept_token {
  std::string hash;
  std::string family;
  std::int64_t customer_id = 0;
  db::sql_time issued_at{};
  db::sql_time expires_at{};
};

[[nodiscard]] std::optional<kept_token> find_refresh_token(db::session& s, const std::string& hash);
void add_refresh_token(db::session& s, const kept_token& made);

// False, and nothing done: it was spent before, is revoked, or has expired.
[[nodiscard]] bool spend_refresh_token(db::session& s, const std::string& hash, db::sql_time now);

void revoke_family(db::session& s, const kept_token& member, db::sql_time now);
void revoke_families_of(db::session& s, std::int64_t customer, db::sql_time now);
// Beyond so many those that were not used for longest; a bounded number of them.
void revoke_oldest_families(db::session& s, std::int64_t customer, std::int64_t kept, db::sql_time now);
// Of the newest token there is or was, spent and revoked ones included.
[[nodiscard]] std::optional<db::sql_time> last_issued_at(db::session& s, std::int64_t customer);
// As many as a transaction has room for, which is more than most ever have. Others, of a customer whose
// families have all ended, are of no use to anybody, and go when they have expired.
void remove_refresh_tokens(db::session& s, std::int64_t customer);
// A bounded number of those that have expired.
void forget_refresh_tokens(db::session& s, db::sql_time now);

}  // namespace mercat::customer::store
