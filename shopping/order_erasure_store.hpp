// The SQL of taking a deleted customer's personal data out of the orders, a bounded part in a transaction.
// Functions run inside a unit of work (common/db/pool.hpp).
#pragma once

#include "common/db/session.hpp"
#include "shopping/order.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace mercat::shopping::store {

// Orders, and answers of keys, in one part: even a slow database has time for it in one unit of work.
inline constexpr std::int64_t orders_erased_at_once = 250;

// How far it has come with a customer.
struct erasure {
  customer_id customer = 0;
  std::string after_order;
  std::string after_key;
};

// Notes that it is to be done, and does the first part. After that no new order may be made: the customer
// must be in deleted_customer, under the lock of the cart.
void begin_erasure(db::session& s, customer_id customer);
// One that is not finished and that nobody else is at, locked until the transaction ends. Null: there is
// none.
[[nodiscard]] std::optional<erasure> take_erasure(db::session& s);
// The next part. After the last one the note goes.
void go_on(db::session& s, const erasure& with);

}  // namespace mercat::shopping::store
