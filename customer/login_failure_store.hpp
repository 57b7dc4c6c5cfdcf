// The table of wrong passwords. As store.hpp. Times are the database's own, which all replicas share. A
// failure an hour old counts for nothing.
#pragma once

#include "common/db/session.hpp"
#include "customer/login_delay.hpp"

#include <string>

namespace mercat::customer::store {

[[nodiscard]] failed_guesses failures_of(db::session& s, const guess& tried);

// Holds what is known of this guess until the end of the transaction, also when it is nothing yet.
[[nodiscard]] failed_guesses lock_failures(db::session& s, const guess& tried);
// Of a guess that is held: one more than `known`.
void add_failure(db::session& s, const guess& tried, const failed_guesses& known);

void forget_failures(db::session& s, const guess& tried);
void forget_failures_from_everywhere(db::session& s, const std::string& account);
// A bounded number of those that count for nothing. In a transaction that holds none.
void forget_old_failures(db::session& s);

}  // namespace mercat::customer::store
