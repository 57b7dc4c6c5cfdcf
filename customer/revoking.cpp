#include "customer/revoking.hpp"

#include "common/utc_now.hpp"
#include "customer/messages.hpp"
#include "customer/revocation_store.hpp"

namespace mercat::customer {

void revoke(db::session& s, const revocation& ended, std::chrono::seconds remembered,
            std::string_view traceparent) {
  store::add_revocation(s, ended);
  store::forget_revocations(s, utc_now() - remembered);
  publish(s, ended, traceparent);
}

}  // namespace mercat::customer
