// login_guard: counts wrong passwords, and refuses tries that come too early (login_delay.hpp). The count is
// in the database, so all replicas have the same. What a comparison came out to is told only to who was
// allowed to try at the moment of the answer: of many tries at once, no more than the rule allows learn
// anything. Stateless; thread-safe.
#pragma once

#include "common/async/deadline.hpp"
#include "common/async/task.hpp"
#include "common/db/pool.hpp"
#include "common/metrics/registry.hpp"
#include "customer/login_delay.hpp"

namespace mercat::customer {

class login_guard {
 public:
  login_guard(db::pool& database, delay_rules rules, metrics::registry& metrics);

  // In the unit of work that reads the password: before anything is compared. Throws too_many_failures().
  void allow(db::session& s, const guess& tried) const;

  // The password was right: in the transaction that makes use of it. Throws too_many_failures() when others
  // have failed meanwhile, else what was counted is forgotten.
  void succeeded(db::session& s, const guess& tried) const;

  // The password was wrong. Throws too_many_failures() when others have failed meanwhile, else counts it.
  [[nodiscard]] async::task<void> failed(guess tried, async::deadline until) const;

 private:
  void refuse_early(const failed_guesses& known) const;

  db::pool& database_;
  const delay_rules rules_;
  prometheus::Counter& wrong_;
  prometheus::Counter& too_early_;
};

}  // namespace mercat::customer
