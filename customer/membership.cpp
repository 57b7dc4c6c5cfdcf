#include "customer/membership.hpp"

#include "customer/address_store.hpp"
#include "customer/letter_store.hpp"
#include "customer/messages.hpp"
#include "customer/refresh_token_store.hpp"
#include "customer/reset_token_store.hpp"
#include "customer/revoking.hpp"
#include "customer/store.hpp"

#include <utility>

namespace mercat::customer {

namespace {

// A token made elsewhere may be dated ahead by as much as verifiers allow. Nobody logs in to this account
// again, so an end in the future takes nothing from anybody.
constexpr std::chrono::seconds clocks_differ{60};

// What a deletion does, in its transaction. The event is withdrawn before new ones are added, the order in
// which the relay locks the outbox too.
void end_account(db::session& s, std::int64_t id, std::chrono::seconds remembered,
                 const std::string& traceparent) {
  // Whole milliseconds, as the event says it; never before the moment itself.
  const auto now = std::chrono::ceil<std::chrono::milliseconds>(std::chrono::system_clock::now());
  if (!store::lock(s, id) || !store::erase(s, id, now)) throw account_gone();
  store::remove_addresses(s, id);
  store::revoke_families_of(s, id, now);
  store::remove_refresh_tokens(s, id);
  store::remove_reset_tokens(s, id);
  withdraw_letters(s, id);
  publish(s, deleted{id}, traceparent);
  revoke(s, {id, now + clocks_differ}, remembered, traceparent);
}

}  // namespace

membership::membership(db::pool& database, auth::password_hasher& hasher, sessions& logged_in,
                       const login_guard& guard, const password_writer& passwords, async::event_loop& timers,
                       std::int64_t sign_ups_per_hour, std::chrono::seconds remembered,
                       std::function<void()> events_committed)
    : database_(database),
      hasher_(hasher),
      sessions_(logged_in),
      guard_(guard),
      passwords_(passwords),
      sign_ups_(timers),
      sign_ups_per_hour_(sign_ups_per_hour),
      remembered_(remembered),
      events_committed_(std::move(events_committed)) {}

async::task<session> membership::sign_up(sign_up_form form, async::deadline until, std::string traceparent) {
  const auto turn = co_await sign_ups_.take(form.email.key(), until);
  co_await database_.read(until, [this, &form](db::session& s) {
    if (store::find_id(s, form.email)) throw email_taken();
    refuse_too_many(s, form.email);
  });
  auto hash = co_await hasher_.hash(std::move(form.password), until);
  const registration wanted{std::move(form.email), std::move(form.name), std::move(form.phone),
                            std::move(hash), role::user};
  auto drawn = sessions::draw();
  const auto entry = co_await insert(wanted, drawn, traceparent, until);
  events_committed_();
  account made;
  made.id = entry.id;
  made.email = wanted.email.spelling();
  made.name = wanted.name;
  made.phone = wanted.phone;
  co_return sessions_.given(std::move(made), std::move(drawn), entry.issued_at);
}

void membership::refuse_too_many(db::session& s, const email_address& email) const {
  const auto left = store::wait_for_letter(s, hash_of(email), store::letter::welcome, sign_ups_per_hour_);
  if (left) throw too_many_sign_ups(*left);
}

async::task<membership::joined> membership::insert(const registration& wanted, const sessions::draft& drawn,
                                                   const std::string& traceparent, async::deadline until) {
  std::exception_ptr unknown_outcome;
  try {
    co_return co_await database_.transaction(until, [this, &wanted, &drawn, &traceparent](db::session& s) {
      const auto id = store::insert(s, wanted);
      refuse_too_many(s, wanted.email);
      store::forget_letters(s);
      store::add_letter(s, hash_of(wanted.email), store::letter::welcome);
      const auto issued_at = sessions_.write(s, drawn, id);
      publish(s, signed_up{id, wanted.email.spelling(), wanted.name}, traceparent);
      return joined{id, issued_at};
    });
  } catch (const db::commit_unknown&) {
    unknown_outcome = std::current_exception();
  }
  // The salted hash is this attempt's own: a row that has it was written by it.
  const auto found = co_await database_.read(
      until, [&wanted](db::session& s) { return store::find_credentials(s, wanted.email); });
  if (!found || found->password_hash != wanted.password_hash) std::rethrow_exception(unknown_outcome);
  const joined entry{found->account.id, std::chrono::floor<std::chrono::seconds>(drawn.now)};
  co_return entry;
}

async::task<session> membership::log_in(log_in_form form, async::deadline until) {
  const auto tried = guess_of(form.email, std::move(form.network));
  auto known = co_await database_.read(until, [this, &form, &tried](db::session& s) {
    guard_.allow(s, tried);
    if (!form.email) return std::optional<credentials>{};
    return store::find_credentials(s, *form.email);
  });
  // Not inside the co_await: gcc 12 destroys the temporary of a conditional expression in there twice.
  auto encoded = known ? known->password_hash : std::string{};
  const bool matches = co_await hasher_.matches(std::move(form.password), std::move(encoded), until);
  if (!known || !matches) {
    co_await guard_.failed(tried, until);
    throw bad_credentials();
  }
  std::function<void(db::session&)> permit = [this, &tried](db::session& s) { guard_.succeeded(s, tried); };
  co_return co_await sessions_.open(std::move(*known), until, std::move(permit));
}

async::task<customer_profile> membership::profile(std::int64_t id, async::deadline until) {
  auto found = co_await database_.read(until, [id](db::session& s) { return store::find_profile(s, id); });
  if (!found) throw account_gone();
  co_return std::move(*found);
}

async::task<customer_profile> membership::change(std::int64_t id, profile_change wanted,
                                                 async::deadline until) {
  if (wanted.empty()) co_return co_await profile(id, until);
  co_return co_await database_.transaction(until, [id, &wanted](db::session& s) {
    const auto known = store::lock(s, id);
    if (!known) throw account_gone();
    store::update(s, changed(*known, wanted));
    return store::find_profile(s, id).value();
  });
}

async::task<void> membership::change_password(std::int64_t id, password_change_form form,
                                              async::deadline until, std::string traceparent) {
  guess tried;
  const auto known = co_await database_.read(until, [this, id, &form, &tried](db::session& s) {
    auto found = store::find_credentials(s, id);
    if (!found) throw account_gone();
    tried = guess_of(email_address::parse(found->account.email), form.network);
    guard_.allow(s, tried);
    return std::move(*found);
  });
  auto encoded = known.password_hash;
  const bool matches = co_await hasher_.matches(std::move(form.current), std::move(encoded), until);
  if (!matches) {
    co_await guard_.failed(tried, until);
    throw bad_credentials();
  }
  auto hash = co_await hasher_.hash(std::move(form.wanted), until);
  new_password replacement;
  replacement.customer_id = id;
  replacement.hash = std::move(hash);
  replacement.traceparent = std::move(traceparent);
  std::function<void(db::session&)> still_proven = [this, id, &known, &tried](db::session& s) {
    const auto now = store::lock_credentials(s, id);
    if (!now) throw account_gone();
    if (now->password_hash != known.password_hash) throw bad_credentials();
    guard_.succeeded(s, tried);
  };
  co_await passwords_.write(std::move(replacement), std::move(still_proven), until);
}

async::task<void> membership::leave(std::int64_t id, async::deadline until, std::string traceparent) {
  co_await database_.transaction(
      until, [this, id, &traceparent](db::session& s) { end_account(s, id, remembered_, traceparent); });
  events_committed_();
}

}  // namespace mercat::customer
