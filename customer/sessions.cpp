#include "customer/sessions.hpp"

#include "common/utc_now.hpp"
#include "common/uuid.hpp"
#include "customer/refresh_token_store.hpp"
#include "customer/revocation_store.hpp"
#include "customer/store.hpp"

#include <algorithm>
#include <utility>

namespace mercat::customer {

namespace {

constexpr std::chrono::seconds one_second{1};

}  // namespace

sessions::draft sessions::draw() {
  const auto now = utc_now();
  return {fresh_secret_token(), uuid_v7(), now};
}

std::chrono::sys_seconds sessions::write(db::session& s, const draft& drawn, std::int64_t customer) const {
  auto issued_at = std::chrono::floor<std::chrono::seconds>(drawn.now);
  // iat has whole seconds. So that a log-in in the very second of a revocation works, its token is dated
  // after it; verifiers allow for clocks that differ.
  if (const auto revoked = store::revoked_before(s, customer))
    issued_at = std::max(issued_at, std::chrono::floor<std::chrono::seconds>(*revoked) + one_second);
  store::forget_refresh_tokens(s, drawn.now);
  store::kept_token made{drawn.token.hash, drawn.family, customer, issued_at, drawn.now + lifetime_};
  store::add_refresh_token(s, made);
  return issued_at;
}

revocation sessions::end_all(db::session& s, std::int64_t customer) {
  const auto now = utc_now();
  store::revoke_families_of(s, customer, now);
  return end_access(s, customer);
}

revocation sessions::end_access(db::session& s, std::int64_t customer) {
  const auto now = utc_now();
  db::sql_time before = std::chrono::floor<std::chrono::seconds>(now);
  // A replica whose clock is ahead may have dated one later.
  if (const auto last = store::last_issued_at(s, customer)) before = std::max(before, *last);
  return {customer, before};
}

session sessions::given(account who, draft drawn, std::chrono::sys_seconds issued_at) const {
  auth::identity identity;
  identity.customer_id = who.id;
  identity.role = name(who.role);
  identity.email = who.email;
  auto access = issuer_.issue(identity, issued_at);
  return {std::move(who), std::move(access), std::move(drawn.token.text), issuer_.lifetime()};
}

async::task<session> sessions::open(credentials proven, async::deadline until,
                                    std::function<void(db::session&)> permit) {
  auto drawn = draw();
  std::optional<written> made;
  std::exception_ptr unknown_outcome;
  try {
    made = co_await database_.transaction(until, [this, &proven, &drawn, &permit](db::session& s) {
      auto current = store::lock_credentials(s, proven.account.id);
      if (!current || current->password_hash != proven.password_hash) throw bad_credentials();
      if (permit) permit(s);
      store::revoke_oldest_families(s, proven.account.id, most_ - 1, drawn.now);
      const auto issued_at = write(s, drawn, proven.account.id);
      return std::optional<written>{written{std::move(current->account), issued_at}};
    });
  } catch (const db::commit_unknown&) {
    unknown_outcome = std::current_exception();
  }
  if (!made) made = co_await look_up(drawn, unknown_outcome, until);
  co_return given(std::move(made->who), std::move(drawn), made->issued_at);
}

async::task<session> sessions::refresh(std::string shown, async::deadline until) {
  const auto spent = hash_of_secret_token(shown);
  if (!spent) throw refresh_refused();
  auto next = draw();
  std::optional<written> made;
  std::exception_ptr unknown_outcome;
  try {
    made = co_await database_.transaction(
        until, [this, &spent, &next](db::session& s) { return rotate(s, *spent, next); });
  } catch (const db::commit_unknown&) {
    unknown_outcome = std::current_exception();
  }
  if (unknown_outcome) made = co_await look_up(next, unknown_outcome, until);
  if (!made) throw refresh_refused();
  co_return given(std::move(made->who), std::move(next), made->issued_at);
}

// None instead of an error, which would undo the revocation.
std::optional<sessions::written> sessions::rotate(db::session& s, const std::string& spent,
                                                  draft& next) const {
  const auto shown = store::find_refresh_token(s, spent);
  if (!shown) return std::nullopt;
  auto who = store::lock(s, shown->customer_id);
  if (!who) return std::nullopt;
  if (!store::spend_refresh_token(s, spent, next.now)) {
    // Of a token that is merely expired or revoked, nothing lives that this could end.
    store::revoke_family(s, *shown, next.now);
    return std::nullopt;
  }
  next.family = shown->family;
  const auto issued_at = write(s, next, shown->customer_id);
  return written{std::move(*who), issued_at};
}

// The new token is this attempt's own: if it is there, the transaction was committed.
async::task<sessions::written> sessions::look_up(const draft& drawn, std::exception_ptr unknown_outcome,
                                                 async::deadline until) {
  auto found = co_await database_.read(until, [&drawn](db::session& s) -> std::optional<written> {
    const auto made = store::find_refresh_token(s, drawn.token.hash);
    if (!made) return std::nullopt;
    auto who = store::find(s, made->customer_id);
    if (!who) return std::nullopt;
    return written{std::move(*who), std::chrono::floor<std::chrono::seconds>(made->issued_at)};
  });
  if (!found) std::rethrow_exception(unknown_outcome);
  co_return std::move(*found);
}

async::task<void> sessions::close(std::string shown, async::deadline until) {
  const auto hash = hash_of_secret_token(shown);
  if (!hash) co_return;
  const auto now = utc_now();
  co_await database_.transaction(until, [&hash, now](db::session& s) {
    const auto member = store::find_refresh_token(s, *hash);
    if (!member || !store::lock(s, member->customer_id)) return;
    store::revoke_family(s, *member, now);
  });
}

error refresh_refused() {
  return {fault::unauthenticated, "refresh-token-invalid", "this refresh token is not, or no longer, good"};
}

}  // namespace mercat::customer
