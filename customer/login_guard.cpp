#include "customer/login_guard.hpp"

#include "customer/login_failure_store.hpp"

namespace mercat::customer {

namespace {

void refuse_early(const failed_guesses& known, const delay_rules& rules) {
  const auto left = left_to_wait(known, rules);
  if (left > std::chrono::milliseconds{0}) throw too_many_failures(left);
}

}  // namespace

void login_guard::allow(db::session& s, const guess& tried) const {
  refuse_early(store::failures_of(s, tried), rules_);
}

void login_guard::succeeded(db::session& s, const guess& tried) const {
  const auto known = store::failures_of(s, tried);
  refuse_early(known, rules_);
  if (known.count > 0) store::forget_failures(s, tried);
}

async::task<void> login_guard::failed(guess tried, async::deadline until) const {
  const bool first = co_await database_.transaction(until, [this, &tried](db::session& s) {
    const auto known = store::lock_failures(s, tried);
    refuse_early(known, rules_);
    store::add_failure(s, tried, known);
    return known.count == 0;
  });
  // Who may add a row takes old ones away, in a transaction that holds nothing else.
  if (!first) co_return;
  try {
    co_await database_.transaction(until, [](db::session& s) { store::forget_old_failures(s); });
  } catch (const std::exception&) {
    // The failure is counted; the next one to come removes what is old.
  }
}

}  // namespace mercat::customer
