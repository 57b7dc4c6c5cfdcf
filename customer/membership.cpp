#include "customer/membership.hpp"

#include "customer/messages.hpp"
#include "customer/store.hpp"

#include <utility>

namespace mercat::customer {

namespace {

error account_gone() {
  return {fault::unauthenticated, "token-invalid", "the account this token was made for is gone"};
}

}  // namespace

membership::membership(db::pool& database, auth::password_hasher& hasher, const auth::token_issuer& issuer,
                       std::function<void()> events_committed)
    : database_(database), hasher_(hasher), issuer_(issuer), events_committed_(std::move(events_committed)) {}

async::task<session> membership::sign_up(sign_up_form form, async::deadline until, std::string traceparent) {
  auto hash = co_await hasher_.hash(std::move(form.password), until);
  const registration wanted{std::move(form.email), std::move(form.name), std::move(form.phone),
                            std::move(hash), role::user};
  account made;
  made.id = co_await insert(wanted, traceparent, until);
  events_committed_();
  made.email = wanted.email.spelling();
  made.name = wanted.name;
  made.phone = wanted.phone;
  co_return open_session(std::move(made));
}

async::task<std::int64_t> membership::insert(const registration& wanted, const std::string& traceparent,
                                             async::deadline until) {
  std::exception_ptr unknown_outcome;
  try {
    co_return co_await database_.transaction(until, [&wanted, &traceparent](db::session& s) {
      const auto id = store::insert(s, wanted);
      publish(s, signed_up{id, wanted.email.spelling(), wanted.name}, traceparent);
      return id;
    });
  } catch (const db::commit_unknown&) {
    unknown_outcome = std::current_exception();
  }
  // The salted hash is this attempt's own: a row that has it was written by it.
  const auto found = co_await database_.read(
      until, [&wanted](db::session& s) { return store::find_credentials(s, wanted.email); });
  if (!found || found->password_hash != wanted.password_hash) std::rethrow_exception(unknown_outcome);
  co_return found->account.id;
}

async::task<session> membership::log_in(std::optional<email_address> email, std::string password,
                                        async::deadline until) {
  std::optional<credentials> known;
  if (email)
    known = co_await database_.read(until,
                                    [&email](db::session& s) { return store::find_credentials(s, *email); });
  // Not inside the co_await: gcc 12 destroys the temporary of a conditional expression in there twice.
  auto encoded = known ? known->password_hash : std::string{};
  const bool matches = co_await hasher_.matches(std::move(password), std::move(encoded), until);
  if (!known || !matches)
    throw error(fault::unauthenticated, "bad-credentials", "e-mail address or password is wrong");
  co_return open_session(std::move(known->account));
}

async::task<account> membership::profile(std::int64_t id, async::deadline until) {
  auto found = co_await database_.read(until, [id](db::session& s) { return store::find(s, id); });
  if (!found) throw account_gone();
  co_return std::move(*found);
}

async::task<void> membership::leave(std::int64_t id, async::deadline until, std::string traceparent) {
  co_await database_.transaction(until, [id, &traceparent](db::session& s) {
    if (!store::erase(s, id)) throw account_gone();
    publish(s, deleted{id}, traceparent);
  });
  events_committed_();
}

session membership::open_session(account who) const {
  auth::identity identity;
  identity.customer_id = who.id;
  identity.role = name(who.role);
  identity.email = who.email;
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  auto token = issuer_.issue(identity, now);
  return {std::move(who), std::move(token), issuer_.lifetime()};
}

}  // namespace mercat::customer
