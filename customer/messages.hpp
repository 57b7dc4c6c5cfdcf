// The events this service publishes (design section 6): one struct and one publish() each. publish() writes
// to the outbox inside the transaction of the change; the relay sends it after the commit. traceparent: of
// the request that caused it, or empty.
#pragma once

#include "common/db/session.hpp"
#include "customer/account.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mercat::customer {

// customer.signed-up {customerId,email,name}; name is null when the customer gave none.
struct signed_up {
  std::int64_t customer_id = 0;
  std::string email;
  std::optional<std::string> name;
};
void publish(db::session& s, const signed_up& event, std::string_view traceparent);

// customer.password-forgotten {customerId,email,name,token,expiresAt}; name as above, expiresAt RFC 3339 UTC.
// The token is as good as the account until then: this goes to the mailer and nowhere else.
struct password_forgotten {
  std::int64_t customer_id = 0;
  std::string email;
  std::optional<std::string> name;
  std::string token;
  db::sql_time expires_at{};
};
void publish(db::session& s, const password_forgotten& event, std::string_view traceparent);

// Takes back what would become a mail and has not left yet: it holds the address of somebody who is gone.
void withdraw_letters(db::session& s, std::int64_t customer_id);

// customer.deleted {customerId}
struct deleted {
  std::int64_t customer_id = 0;
};
void publish(db::session& s, const deleted& event, std::string_view traceparent);

// customer.sessions-revoked {customerId,before}; before is RFC 3339 UTC: a token made before it does not
// count.
void publish(db::session& s, const revocation& event, std::string_view traceparent);

}  // namespace mercat::customer
