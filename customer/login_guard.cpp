#include "customer/login_guard.hpp"

#include "customer/login_failure_store.hpp"

#include <prometheus/counter.h>

namespace mercat::customer {

login_guard::login_guard(db::pool& database, delay_rules rules, metrics::registry& metrics)
    : database_(database),
      rules_(rules),
      wrong_(metrics.counter("mercat_wrong_passwords_total", "Passwords that were compared and were wrong")),
      too_early_(metrics.counter("mercat_guesses_refused_total",
                                 "Log-ins and changes of a password that came within a delay")) {}

void login_guard::refuse_early(const failed_guesses& known) const {
  const auto left = left_to_wait(known, rules_);
  if (left == std::chrono::milliseconds{0}) return;
  too_early_.Increment();
  throw too_many_failures(left);
}

void login_guard::allow(db::session& s, const guess& tried) const {
  refuse_early(store::failures_of(s, tried));
}

void login_guard::succeeded(db::session& s, const guess& tried) const {
  const auto known = store::failures_of(s, tried);
  refuse_early(known);
  if (known.count > 0) store::forget_failures(s, tried);
}

async::task<void> login_guard::failed(guess tried, async::deadline until) const {
  const bool first = co_await database_.transaction(until, [this, &tried](db::session& s) {
    const auto known = store::lock_failures(s, tried);
    refuse_early(known);
    store::add_failure(s, tried, known);
    return known.count == 0;
  });
  // Who may add a row takes old ones away, in a transaction that holds nothing else.
  wrong_.Increment();
  if (!first) co_return;
  try {
    co_await database_.transaction(until, [](db::session& s) { store::forget_old_failures(s); });
  } catch (const std::exception&) {
    // The failure is counted; the next one to come removes what is old.
  }
}

}  // namespace mercat::customer
