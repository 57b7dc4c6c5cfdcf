// directory: looking a customer up. Admins see everybody, others themselves only. Whoever is not there and
// whoever the asker may not see are the same: fault::not_found "customer-not-found", after the same work,
// because for others than admins nobody else's data is looked at. An asker whose account is gone gets
// account_gone(). Stateless; thread-safe.
#pragma once

#include "common/async/deadline.hpp"
#include "common/async/task.hpp"
#include "common/auth/identity.hpp"
#include "common/db/pool.hpp"
#include "customer/address.hpp"

#include <cstdint>
#include <optional>

namespace mercat::customer {

class directory {
 public:
  explicit directory(db::pool& database) : database_(database) {}

  [[nodiscard]] async::task<customer_profile> find(auth::identity asker, std::int64_t id,
                                                   async::deadline until);
  // By e-mail address, without regard to case; none: a text that is no address, so nobody's.
  [[nodiscard]] async::task<customer_profile> find(auth::identity asker, std::optional<email_address> email,
                                                   async::deadline until);

 private:
  db::pool& database_;
};

}  // namespace mercat::customer
