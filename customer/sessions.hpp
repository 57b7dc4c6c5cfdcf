// sessions: what being logged in consists of. A session begins with a log-in and is a family of refresh
// tokens, each good for one use, which gives the next one and an access token. A token that is used twice was
// stolen, or its thief used it first: the whole family ends. Stateless; thread-safe. docs/adr/0013
#pragma once

#include "common/async/deadline.hpp"
#include "common/async/task.hpp"
#include "common/auth/token.hpp"
#include "common/db/pool.hpp"
#include "customer/account.hpp"
#include "customer/secret_token.hpp"

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>

namespace mercat::customer {

// A customer who is now logged in.
struct session {
  customer::account account;
  std::string access_token;
  std::string refresh_token;
  std::chrono::seconds expires_in{};  // of the access token
};

class sessions {
 public:
  // lifetime: of a refresh token, from when it is given. most: sessions of one customer.
  sessions(db::pool& database, const auth::token_issuer& issuer, std::chrono::seconds lifetime,
           std::int64_t most)
      : database_(database), issuer_(issuer), lifetime_(lifetime), most_(most) {}

  // Drawn before the transaction, which may be tried several times.
  struct draft {
    secret_token token;
    std::string family;
    std::chrono::sys_time<std::chrono::microseconds> now{};
  };
  [[nodiscard]] static draft draw();
  // Inside a transaction that made the account or holds its row; the answer is iat of the access token.
  std::chrono::sys_seconds write(db::session& s, const draft& drawn, std::int64_t customer) const;
  // Inside a transaction that holds the account's row: all families end. The answer is the moment up to which
  // access tokens are to be revoked: none made before is later, and those made afterwards all are.
  [[nodiscard]] static revocation end_all(db::session& s, std::int64_t customer);
  // Likewise, but the families live on: a refresh gives a new access token.
  [[nodiscard]] static revocation end_access(db::session& s, std::int64_t customer);
  // What the customer gets, once it is committed.
  [[nodiscard]] session given(account who, draft drawn, std::chrono::sys_seconds issued_at) const;

  // Of somebody whose password was compared with the one that is in `proven`. Beyond `most` sessions of
  // theirs the one that was not used for longest ends. Throws bad_credentials() when it was changed
  // meanwhile, or the account has ended. permit: called in the transaction, perhaps more than once, before
  // anything is written; what it throws undoes everything.
  [[nodiscard]] async::task<session> open(credentials proven, async::deadline until,
                                          std::function<void(db::session&)> permit = {});

  // The token shown is spent. Throws refresh_refused(): unknown, expired, revoked, malformed, or spent
  // already, and then its family is revoked.
  [[nodiscard]] async::task<session> refresh(std::string shown, async::deadline until);

  // Its family ends. A token that is none, or no longer one, is as good as logged out.
  [[nodiscard]] async::task<void> close(std::string shown, async::deadline until);

 private:
  struct written {
    account who;
    std::chrono::sys_seconds issued_at{};
  };
  std::optional<written> rotate(db::session& s, const std::string& spent, draft& next) const;
  async::task<written> look_up(const draft& drawn, std::exception_ptr unknown_outcome, async::deadline until);

  db::pool& database_;
  const auth::token_issuer& issuer_;
  std::chrono::seconds lifetime_;
  std::int64_t most_;
};

// fault::unauthenticated "refresh-token-invalid": the same for every reason.
[[nodiscard]] error refresh_refused();

}  // namespace mercat::customer
