// The customer schema: all SQL of this service. Each function is one step inside a unit of work (db::pool);
// none opens or ends a transaction.
#pragma once

#include "common/db/session.hpp"
#include "customer/account.hpp"

#include <cstdint>
#include <optional>

namespace mercat::customer::store {

// The new account's id. Throws error(fault::already_exists, "email-taken").
[[nodiscard]] std::int64_t insert(db::session& s, const registration& wanted);

// Accounts that were deleted are not found.
[[nodiscard]] std::optional<account> find(db::session& s, std::int64_t id);
[[nodiscard]] std::optional<credentials> find_credentials(db::session& s, const email_address& email);

// Blanks everything personal; the id stays taken. False: there was no such account (any more).
[[nodiscard]] bool erase(db::session& s, std::int64_t id);

}  // namespace mercat::customer::store
