// password_resets: a way back for who has forgotten the password. A mail brings a token that is good once and
// for a short time; with it a new password is chosen, and every session ends. docs/adr/0014. Thread-safe.
#pragma once

#include "common/async/deadline.hpp"
#include "common/async/event_loop.hpp"
#include "common/async/task.hpp"
#include "common/auth/password.hpp"
#include "common/db/pool.hpp"
#include "common/log/log.hpp"
#include "customer/account.hpp"
#include "customer/password_writer.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace mercat::customer {

struct reset_rules {
  std::chrono::minutes lifetime{30};  // of a token: an hour at most, its row is kept no longer
  std::int64_t mails_per_hour = 3;    // to one address; beyond them one when the last one's time is over
};

class password_resets {
 public:
  // loop: where mails are prepared; it and the rest must outlive this. events_committed: as for membership.
  password_resets(db::pool& database, auth::password_hasher& hasher, const password_writer& passwords,
                  async::event_loop& loop, reset_rules rules, std::function<void()> events_committed,
                  log::logger& logger);
  ~password_resets();  // waits for what is under way; not on the loop's thread

  // Somebody says they have forgotten the password of this address. Returns before the address is looked up,
  // so neither the answer nor its time says whether it is anybody's; a mail follows or not. Throws
  // fault::unavailable, whoever it is about: the database is away, or too many of these are under way.
  void forgotten(std::optional<email_address> email, std::string traceparent);

  // Throws reset_refused(), before any hashing if it can be told. Of two uses at once one succeeds. network:
  // where the client is (client_network()): from there they may log in at once.
  [[nodiscard]] async::task<void> reset(std::string shown, std::string password, std::string network,
                                        async::deadline until, std::string traceparent = {});

  // Nothing is under way. For draining, and for tests.
  [[nodiscard]] bool idle() const;

 private:
  async::task<void> invite(email_address email, std::string traceparent);
  bool has_enough(db::session& s, const email_address& email) const;
  bool write_invitation(db::session& s, std::int64_t id, const std::string& traceparent) const;
  void invited(const std::exception_ptr& failure);

  db::pool& database_;
  auth::password_hasher& hasher_;
  const password_writer& passwords_;
  async::event_loop& loop_;
  const reset_rules rules_;
  const std::function<void()> events_committed_;
  log::logger& logger_;
  mutable std::mutex mutex_;
  std::condition_variable ended_;
  std::size_t under_way_ = 0;
};

// fault::malformed "reset-token-invalid": unknown, used, replaced, expired and malformed ones alike.
[[nodiscard]] error reset_refused();

}  // namespace mercat::customer
