// password_writer: a new password takes the place of the old one, and every session ends with it: families of
// refresh tokens, access tokens everywhere, tokens of mails that still wait for their use. What a change and
// a reset of the password have in common. Stateless; thread-safe.
#pragma once

#include "common/async/deadline.hpp"
#include "common/async/task.hpp"
#include "common/db/pool.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace mercat::customer {

// A password to be written. hash: encoded argon2id with a salt of its own, made for this attempt.
struct new_password {
  std::int64_t customer_id = 0;
  std::string hash;
  std::string traceparent;  // of the request that caused it, or empty
};

class password_writer {
 public:
  // remembered: how long a revocation is kept. events_committed: called after each commit that wrote events.
  password_writer(db::pool& database, std::chrono::seconds remembered,
                  std::function<void()> events_committed);

  // permit: called inside the transaction, before anything is written, perhaps more than once; it locks the
  // customer's row (store::lock) and throws when the right to do this is gone. When the COMMIT has no known
  // outcome, the hash is looked up: it is nobody else's.
  [[nodiscard]] async::task<void> write(new_password wanted, std::function<void(db::session&)> permit,
                                        async::deadline until) const;

 private:
  void write_in(db::session& s, const new_password& wanted) const;

  db::pool& database_;
  std::chrono::seconds remembered_;
  std::function<void()> events_committed_;
};

}  // namespace mercat::customer
