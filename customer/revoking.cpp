#include "customer/revoking.hpp"

#include "customer/messages.hpp"
#include "customer/revocation_store.hpp"

namespace mercat::customer {

void revoke(db::session& s, const revocation& ended, std::chrono::seconds remembered,
            std::string_view traceparent) {
  store::add_revocation(s, ended);
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  store::forget_revocations(s, now - remembered);
  publish(s, ended, traceparent);
}

}  // namespace mercat::customer
