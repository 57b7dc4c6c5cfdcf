// membership: what people do with their account: sign up, log in, look at it, change it, leave. Each is a
// coroutine that passes the caller's deadline down, and its traceparent (or none) to the events it causes;
// password hashing runs between the database steps, never inside one. Stateless; thread-safe.
#pragma once

#include "common/async/deadline.hpp"
#include "common/async/keyed_turns.hpp"
#include "common/async/task.hpp"
#include "common/auth/password.hpp"
#include "common/db/pool.hpp"
#include "customer/account.hpp"
#include "customer/address.hpp"
#include "customer/login_guard.hpp"
#include "customer/password_writer.hpp"
#include "customer/sessions.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace mercat::customer {

struct sign_up_form {
  email_address email;
  std::string password;
  std::optional<std::string> name;
  std::optional<std::string> phone;
};

// network: where the client is (client_network()).
struct log_in_form {
  std::optional<email_address> email;
  std::string password;
  std::string network;
};

struct password_change_form {
  std::string current;
  std::string wanted;
  std::string network;
};

class membership {
 public:
  // sign_ups_per_hour: of one address. remembered: how long a revocation is kept, at least the life of an
  // access token. events_committed: called after each commit that wrote events (the relay's wake). timers:
  // see keyed_turns.
  membership(db::pool& database, auth::password_hasher& hasher, sessions& logged_in, const login_guard& guard,
             const password_writer& passwords, async::event_loop& timers, std::int64_t sign_ups_per_hour,
             std::chrono::seconds remembered, std::function<void()> events_committed);

  // Throws email_taken(), and too_many_sign_ups() when accounts of this address began and ended again and
  // again: each sends it a mail. Of many who want the same address at once, one at a time gets as far as
  // hashing.
  [[nodiscard]] async::task<session> sign_up(sign_up_form form, async::deadline until,
                                             std::string traceparent = {});

  // Throws fault::unauthenticated "bad-credentials": the same, after the same work, whether the password is
  // wrong, nobody has this address, or it is no address at all. After several of these it throws
  // too_many_failures() without looking at the password, again the same for all.
  [[nodiscard]] async::task<session> log_in(log_in_form form, async::deadline until);

  // All throw account_gone(), also when the deletion comes while they are under way.
  [[nodiscard]] async::task<customer_profile> profile(std::int64_t id, async::deadline until);
  [[nodiscard]] async::task<customer_profile> change(std::int64_t id, profile_change wanted,
                                                     async::deadline until);
  // Ends every session of the customer, also the one that asked. Throws bad_credentials() when `current` is
  // not the password (any more), and too_many_failures(), counted together with log-ins.
  [[nodiscard]] async::task<void> change_password(std::int64_t id, password_change_form form,
                                                  async::deadline until, std::string traceparent = {});
  // Everything personal goes at once: the account's row is blanked, its addresses and an event that still
  // waits with the e-mail address are removed. Its tokens end.
  [[nodiscard]] async::task<void> leave(std::int64_t id, async::deadline until, std::string traceparent = {});

 private:
  struct joined {
    std::int64_t id = 0;
    std::chrono::sys_seconds issued_at{};  // of the access token
  };
  void refuse_too_many(db::session& s, const email_address& email) const;
  async::task<joined> insert(const registration& wanted, const sessions::draft& drawn,
                             const std::string& traceparent, async::deadline until);

  db::pool& database_;
  auth::password_hasher& hasher_;
  sessions& sessions_;
  const login_guard& guard_;
  const password_writer& passwords_;
  async::keyed_turns sign_ups_;  // by e-mail
  std::int64_t sign_ups_per_hour_;
  std::chrono::seconds remembered_;
  std::function<void()> events_committed_;
};

}  // namespace mercat::customer
