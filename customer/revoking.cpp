#include "customer/revoking.hpp"

#include "common/utc_now.hpp"
#include "customer/messages.hpp"
#include "customer/revocation_store.hpp"

namespace mercat::customer {

void revoke(db::session& s, const revocation& ended, std::chrono::seconds remembered,
            std::string_view traceparent) {
  // What belongs to others comes first: who held a row of his own could wait for another who holds one, too.
  store::forget_revocations(s, utc_now() - remembered);
  store::add_revocation(s, ended);
  publish(s, ended, traceparent);
}

}  // namespace mercat::customer
