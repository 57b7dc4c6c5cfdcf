// The orders that are there: looking at them, and cancelling one's own. order_placing makes them.
#pragma once

#include "common/async/deadline.hpp"
#include "common/async/task.hpp"
#include "common/db/pool.hpp"
#include "shopping/order.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace mercat::shopping {

// A part of a list, newest first.
struct order_page {
  std::optional<std::string> before;  // an order's id; none: from the newest
  std::size_t limit = 20;
};

// Thread-safe: its only state is the database. What is asked for by a customer throws fault::unauthenticated
// "token-invalid" for one whose account is deleted, and fault::not_found "order-not-found" for an order that
// is not there, or is another's.
class orders {
 public:
  // events_committed: called after each commit that wrote events (the relay's wake).
  orders(db::pool& database, std::function<void()> events_committed)
      : database_(database), events_committed_(std::move(events_committed)) {}

  [[nodiscard]] async::task<order_with_history> find_own(customer_id customer, std::string id,
                                                         async::deadline until);
  // Up to one more than the limit, which tells that there are more.
  [[nodiscard]] async::task<std::vector<order>> list_own(customer_id customer, order_page page,
                                                         async::deadline until);
  // Gives the order as it is then. Of many at once one succeeds; the others, and whoever comes too late, get
  // fault::conflict "order-final".
  [[nodiscard]] async::task<order_with_history> cancel(customer_id customer, std::string id,
                                                       std::string traceparent, async::deadline until);

  // For staff.
  [[nodiscard]] async::task<order_with_history> find(std::string id, async::deadline until);
  [[nodiscard]] async::task<std::vector<order>> list(std::optional<order_state> state, order_page page,
                                                     async::deadline until);

 private:
  [[nodiscard]] async::task<bool> was_moved(const std::string& id, const std::string& move_id,
                                            async::deadline until);

  db::pool& database_;
  const std::function<void()> events_committed_;
};

}  // namespace mercat::shopping
