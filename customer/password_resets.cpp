#include "customer/password_resets.hpp"

#include "common/utc_now.hpp"
#include "customer/letter_store.hpp"
#include "customer/login_delay.hpp"
#include "customer/login_failure_store.hpp"
#include "customer/messages.hpp"
#include "customer/reset_token_store.hpp"
#include "customer/secret_token.hpp"
#include "customer/store.hpp"

#include <utility>

namespace mercat::customer {

namespace {

constexpr std::size_t most_under_way = 128;
constexpr std::chrono::milliseconds time_limit{3000};
constexpr std::chrono::hours one_hour{1};

// For the log: never a text of the driver's, which could quote a value.
std::string reason_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const error& known) {
    return known.slug();
  } catch (...) {
    return "internal-error";
  }
}

}  // namespace

password_resets::password_resets(db::pool& database, auth::password_hasher& hasher,
                                 const password_writer& passwords, async::event_loop& loop, reset_rules rules,
                                 std::function<void()> events_committed, log::logger& logger)
    : database_(database),
      hasher_(hasher),
      passwords_(passwords),
      loop_(loop),
      rules_(rules),
      events_committed_(std::move(events_committed)),
      logger_(logger) {}

password_resets::~password_resets() {
  std::unique_lock lock(mutex_);
  ended_.wait(lock, [this] { return under_way_ == 0; });
}

bool password_resets::idle() const {
  const std::lock_guard lock(mutex_);
  return under_way_ == 0;
}

void password_resets::forgotten(std::optional<email_address> email, std::string traceparent) {
  if (!database_.reachable())
    throw error(fault::unavailable, "database-unavailable", "The database cannot be reached now.");
  if (!email) return;  // that it is no address, its sender knows
  {
    const std::lock_guard lock(mutex_);
    if (under_way_ >= most_under_way)
      throw error(fault::unavailable, "busy", "Too many forgotten passwords at once.");
    ++under_way_;
  }
  loop_.post([this, email = std::move(*email), traceparent = std::move(traceparent)] {
    async::spawn(invite(email, traceparent), [this](const std::exception_ptr& failure) { invited(failure); });
  });
}

void password_resets::invited(const std::exception_ptr& failure) {
  if (failure)
    logger_.warning("a mail for a forgotten password is not sent", {{"reason", reason_of(failure)}});
  const std::lock_guard lock(mutex_);
  if (--under_way_ == 0) ended_.notify_all();
}

async::task<void> password_resets::invite(email_address email, std::string traceparent) {
  const auto until = async::deadline::in(time_limit);
  // Looked at without the lock first: a flood about one account is to queue for nothing.
  const auto id = co_await database_.read(until, [this, &email](db::session& s) {
    auto found = store::find_id(s, email);
    if (found && has_enough(s, email)) found.reset();
    return found;
  });
  if (!id) co_return;
  const bool written = co_await database_.transaction(
      until, [this, &id, &traceparent](db::session& s) { return write_invitation(s, *id, traceparent); });
  if (written) events_committed_();
}

// Mails, and a token in its time: who asks in vain has one in the mailbox. Were it the mails alone, a
// stranger could use them up at once, and nobody had a token between its end and the end of the hour. Not
// whether that token still works: whoever made the account could end each by a change of the password, and
// have another mail sent.
bool password_resets::has_enough(db::session& s, const email_address& email) const {
  const auto account = hash_of(email);
  return store::wait_for_letter(s, account, store::letter::reset, rules_.mails_per_hour) &&
         store::had_letter_within(s, account, store::letter::reset, rules_.lifetime);
}

// The row is locked before the first plain read: the count is of what was committed by then.
bool password_resets::write_invitation(db::session& s, std::int64_t id,
                                       const std::string& traceparent) const {
  const auto who = store::lock(s, id);
  if (!who) return false;
  const auto email = email_address::parse(who->email);
  if (has_enough(s, email)) return false;
  const auto made_at = utc_now();
  const auto drawn = fresh_secret_token();
  const auto expires_at = made_at + rules_.lifetime;
  // What belongs to others too comes first: who held a token of their own meanwhile, old and not ended, could
  // wait for another who holds one and wants this.
  store::forget_letters(s);
  store::forget_reset_tokens(s, made_at - one_hour);
  store::end_reset_tokens(s, id, made_at);
  store::add_reset_token(s, {drawn.hash, id, made_at, expires_at});
  store::add_letter(s, hash_of(email), store::letter::reset);
  publish(s, password_forgotten{id, who->email, who->name, drawn.text, expires_at}, traceparent);
  return true;
}

async::task<void> password_resets::reset(std::string shown, std::string password, std::string network,
                                         async::deadline until, std::string traceparent) {
  const auto hash = hash_of_secret_token(shown);
  if (!hash) throw reset_refused();
  const auto owner = co_await database_.read(
      until, [&hash](db::session& s) { return store::owner_of_reset_token(s, *hash, utc_now()); });
  if (!owner) throw reset_refused();
  auto encoded = co_await hasher_.hash(std::move(password), until);
  new_password wanted;
  wanted.customer_id = *owner;
  wanted.hash = std::move(encoded);
  wanted.traceparent = std::move(traceparent);
  std::function<void(db::session&)> permit = [id = *owner, &hash, &network](db::session& s) {
    const auto who = store::lock(s, id);
    if (!who || !store::spend_reset_token(s, *hash, utc_now())) throw reset_refused();
    // Who reads the mailbox has proven more than any guess: they may log in at once, from where they are.
    store::forget_failures(s, guess_of(email_address::parse(who->email), network));
  };
  co_await passwords_.write(std::move(wanted), std::move(permit), until);
}

error reset_refused() {
  return {fault::malformed, "reset-token-invalid", "this token is not, or no longer, good"};
}

}  // namespace mercat::customer
