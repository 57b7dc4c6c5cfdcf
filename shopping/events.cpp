#include "shopping/events.hpp"

#include "common/error.hpp"
#include "shopping/store.hpp"

namespace mercat::shopping {

namespace {

// customer.deleted
struct customer_deleted {
  customer_id customer;

  static customer_deleted read(const messaging::event& from) {
    const auto data = json::document::parse(from.data);
    const auto id = json::integer(data.root(), "customerId");
    if (!id) throw error(fault::malformed, "invalid-event", "customer.deleted without customerId");
    return {*id};
  }
};

void forget_customer(db::session& s, const messaging::event& happened) {
  store::forget_customer(s, customer_deleted::read(happened).customer);
}

}  // namespace

std::map<std::string, messaging::event_handler> event_handlers() {
  return {{"customer.deleted", {forget_customer, {}}}};
}

}  // namespace mercat::shopping
