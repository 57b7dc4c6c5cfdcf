// address_book: what customers do with their addresses. Each is a coroutine that passes the caller's deadline
// down, and throws account_gone() when the customer is gone, also when the deletion comes while it is under
// way. Stateless; thread-safe.
#pragma once

#include "common/async/deadline.hpp"
#include "common/async/task.hpp"
#include "common/db/pool.hpp"
#include "customer/address.hpp"

#include <cstdint>
#include <vector>

namespace mercat::customer {

class address_book {
 public:
  explicit address_book(db::pool& database) : database_(database) {}

  [[nodiscard]] async::task<std::vector<address>> list(std::int64_t customer, async::deadline until);
  // Throws too_many_addresses().
  [[nodiscard]] async::task<address> add(std::int64_t customer, postal_address where, async::deadline until);
  // Both throw address_not_found().
  [[nodiscard]] async::task<address> replace(std::int64_t customer, std::int64_t id, postal_address where,
                                             async::deadline until);
  [[nodiscard]] async::task<void> remove(std::int64_t customer, std::int64_t id, async::deadline until);

 private:
  db::pool& database_;
};

}  // namespace mercat::customer
