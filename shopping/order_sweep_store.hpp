// The SQL of finding overdue orders. Functions run inside a unit of work (common/db/pool.hpp).
#pragma once

#include "common/db/session.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace mercat::shopping::store {

// Does an order.created wait in the outbox for longer than that? One that the broker itself sent back does
// not count: it was there, and nobody will decide on that order.
[[nodiscard]] bool orders_wait_to_be_sent(db::session& s, std::chrono::milliseconds longer_than);

// One sweeper at a time: true when `holder` is it, for `lease` from now. In a transaction.
[[nodiscard]] bool hold_sweep(db::session& s, const std::string& holder, std::chrono::seconds lease);

// How old what products says is when it is heard here: the age of the newest of its latest events, 0 when
// none came in the last seconds. The age is read from the event's id, a UUIDv7, so it includes the wait in
// products' outbox. A single old event (tried again for long, or replayed) among new ones does not count.
[[nodiscard]] std::chrono::milliseconds decisions_lag(db::session& s);

// PENDING and created longer than `age` ago, oldest first.
[[nodiscard]] std::vector<std::string> overdue_orders(db::session& s, std::chrono::milliseconds age,
                                                      std::int64_t most);

}  // namespace mercat::shopping::store
