// The table of tokens that replace a forgotten password. As store.hpp. Whoever writes here holds the
// customer's row (store::lock).
#pragma once

#include "common/db/session.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace mercat::customer::store {

struct kept_reset_token {
  std::string hash;
  std::int64_t customer_id = 0;
  db::sql_time made_at{};
  db::sql_time expires_at{};
};

void add_reset_token(db::session& s, const kept_reset_token& made);
// Whose it is; none: unknown, ended or expired.
[[nodiscard]] std::optional<std::int64_t> owner_of_reset_token(db::session& s, const std::string& hash,
                                                               db::sql_time now);

// False, and nothing done: it had ended before, or has expired.
[[nodiscard]] bool spend_reset_token(db::session& s, const std::string& hash, db::sql_time now);
// All that still wait for their use.
void end_reset_tokens(db::session& s, std::int64_t customer, db::sql_time now);
void remove_reset_tokens(db::session& s, std::int64_t customer);
// A bounded number of those that were made before this moment.
void forget_reset_tokens(db::session& s, db::sql_time moment);

}  // namespace mercat::customer::store
