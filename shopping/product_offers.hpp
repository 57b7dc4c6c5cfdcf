// What shopping knows of products: asked over PRODUCT_RPC, one call for any number of products.
#pragma once

#include "common/amqp/rpc.hpp"
#include "common/async/deadline.hpp"
#include "common/async/task.hpp"
#include "shopping/cart.hpp"

#include <optional>
#include <vector>

namespace mercat::shopping {

// Thread-safe.
class product_offers {
 public:
  explicit product_offers(amqp::rpc_client& products) : products_(products) {}

  // nullopt: there is no such product. Throws fault::unavailable or fault::too_slow when products does not
  // answer.
  [[nodiscard]] async::task<std::optional<offer>> find(product_id id, async::deadline until);
  // Never throws for products' sake: when it does not answer, the result is not `known`.
  [[nodiscard]] async::task<current_offers> current(std::vector<product_id> ids, async::deadline until);

 private:
  amqp::rpc_client& products_;
};

}  // namespace mercat::shopping
