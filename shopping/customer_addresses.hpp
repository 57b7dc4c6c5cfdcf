// What customer says of addresses, asked over CUSTOMER_RPC.
#pragma once

#include "common/amqp/rpc.hpp"
#include "common/async/deadline.hpp"
#include "common/async/task.hpp"
#include "shopping/offer.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace mercat::shopping {

// Thread-safe.
class customer_addresses {
 public:
  explicit customer_addresses(amqp::rpc_client& customers) : customers_(customers) {}

  // Its JSON, as customer shows it; null: this customer has no such address. Throws fault::unavailable or
  // fault::too_slow when customer does not answer.
  [[nodiscard]] async::task<std::optional<std::string>> find(customer_id customer, std::int64_t address_id,
                                                             async::deadline until);

 private:
  amqp::rpc_client& customers_;
};

}  // namespace mercat::shopping
