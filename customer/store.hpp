// The customer schema: all SQL about accounts; address_store.hpp and revocation_store.hpp have the rest. Each
// function is one step inside a unit of work (db::pool); none opens or ends a transaction. Accounts that were
// deleted are not found.
#pragma once

#include "common/db/session.hpp"
#include "customer/account.hpp"
#include "customer/address.hpp"

#include <cstdint>
#include <optional>

namespace mercat::customer::store {

// The new account's id. Throws email_taken().
[[nodiscard]] std::int64_t insert(db::session& s, const registration& wanted);

[[nodiscard]] std::optional<credentials> find_credentials(db::session& s, std::int64_t id);
[[nodiscard]] bool exists(db::session& s, std::int64_t id);
[[nodiscard]] std::optional<account> find(db::session& s, std::int64_t id);
// With its addresses. One statement: one moment, so that a deletion under way is seen as a whole or not at
// all.
[[nodiscard]] std::optional<customer_profile> find_profile(db::session& s, std::int64_t id);
[[nodiscard]] std::optional<std::int64_t> find_id(db::session& s, const email_address& email);
[[nodiscard]] std::optional<credentials> find_credentials(db::session& s, const email_address& email);

// Holds the account until the end of the transaction: whoever changes what belongs to it comes one after the
// other, and not after its deletion.
[[nodiscard]] std::optional<account> lock(db::session& s, std::int64_t id);
[[nodiscard]] std::optional<credentials> lock_credentials(db::session& s, std::int64_t id);  // likewise
// Writes name and phone.
void update(db::session& s, const account& who);
void set_password(db::session& s, std::int64_t id, const std::string& password_hash);
// Blanks everything personal in the row; the id stays taken. False: there was no such account (any more).
[[nodiscard]] bool erase(db::session& s, std::int64_t id, db::sql_time when);

}  // namespace mercat::customer::store
