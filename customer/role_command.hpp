// Who is staff: given and taken by the subcommands grant-role and list-staff, that is by somebody who may
// run programs with the service's secrets, and by nothing that comes over HTTP. The role stands in the access
// token, so a change ends all those the customer has; a role that is taken away ends refresh tokens too.
#pragma once

#include "common/db/session.hpp"
#include "customer/account.hpp"
#include "customer/settings.hpp"

#include <chrono>
#include <string>

namespace mercat::customer {

struct role_outcome {
  account who;  // as it is now
  role before = role::user;
  [[nodiscard]] bool changed() const noexcept { return who.role != before; }
};

// Inside a transaction. Event: customer.sessions-revoked. Nothing happens to who has the role already.
// remembered: how long a revocation is kept. Throws fault::not_found "customer-not-found".
[[nodiscard]] role_outcome change_role(db::session& s, const role_change& wanted,
                                       std::chrono::seconds remembered);

// What the command prints of it. Sign-up verifies no address, so anybody may have taken a colleague's: when a
// role is given, the age of the account is said too.
[[nodiscard]] std::string told(const role_outcome& outcome);

// Block; print what they did or found. Throw std::exception with what to tell the caller.
void grant_role(const settings& configured);
void list_staff(const settings& configured);

}  // namespace mercat::customer
