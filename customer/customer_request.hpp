// What CUSTOMER_RPC is asked, read from the data of a request (docs/messages.md). Throws
// error(fault::malformed). No I/O in here.
#pragma once

#include "common/json/document.hpp"

#include <cstdint>

namespace mercat::customer {

// VIEW_ADDRESS: {"customerId","addressId"}. Any numbers: whether there is such an address is another
// question.
struct wanted_address {
  std::int64_t customer = 0;
  std::int64_t address = 0;
  [[nodiscard]] static wanted_address read(const json::value& data);
};

}  // namespace mercat::customer
