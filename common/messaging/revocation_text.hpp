// Revocations as they travel between services (docs/messages.md). Pure; both throw error(fault::malformed).
#pragma once

#include "common/auth/revocations.hpp"

#include <string_view>

namespace mercat::messaging {

// {"customerId","before"}: the event customer.sessions-revoked.
void note_revocation(std::string_view json_text, auth::revocations& into);

// {"revocations":[{"customerId","before"}…]}: the answer to VIEW_REVOCATIONS. One that cannot be read to its
// end may have been noted in part: a revocation too many does no harm, and the answer is asked for again.
void note_revocations(std::string_view json_text, auth::revocations& into);

}  // namespace mercat::messaging
