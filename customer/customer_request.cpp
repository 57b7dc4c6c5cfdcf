#include "customer/customer_request.hpp"

#include "common/error.hpp"

namespace mercat::customer {

wanted_address wanted_address::read(const json::value& data) {
  if (data.IsObject()) {
    const auto customer = json::integer(data, "customerId");
    const auto address = json::integer(data, "addressId");
    if (customer && address) return {*customer, *address};
  }
  throw error(fault::malformed, "invalid-data", "data must have customerId and addressId");
}

}  // namespace mercat::customer
