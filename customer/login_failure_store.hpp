// The table of wrong passwords. As store.hpp. Times are the database's own, which all replicas share. A
// failure an hour old counts for nothing.
#pragma once

#include "common/db/session.hpp"
#include "customer/login_delay.hpp"

namespace mercat::customer::store {

[[nodiscard]] failed_guesses failures_of(db::session& s, const guess& tried);

// Holds what is known of this guess until the end of the transaction, also when it is nothing yet.
[[nodiscard]] failed_guesses lock_failures(db::session& s, const guess& tried);
// Of a guess that is held: one more than `known`.
void add_failure(db::session& s, const guess& tried, const failed_guesses& known);

// One row. Of one account there is a row for each network of who guesses: too many for one transaction.
void forget_failures(db::session& s, const guess& tried);
// A bounded number of those that count for nothing. In a transaction that holds none.
void forget_old_failures(db::session& s);

}  // namespace mercat::customer::store
