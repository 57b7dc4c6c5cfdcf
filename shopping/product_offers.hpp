// What products says of products, asked over PRODUCT_RPC: one call for any number of them. All throw
// fault::unavailable or fault::too_slow when products does not answer.
#pragma once

#include "common/amqp/rpc.hpp"
#include "common/async/deadline.hpp"
#include "common/async/task.hpp"
#include "shopping/offer.hpp"
#include "shopping/replica.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mercat::shopping {

// A product as it was answered.
struct described_product {
  offer read;
  std::string text;  // its JSON, byte for byte: amounts keep their digits
};

// Thread-safe.
class product_offers {
 public:
  explicit product_offers(amqp::rpc_client& products) : products_(products) {}

  // nullopt: there is no such product.
  [[nodiscard]] async::task<std::optional<offer>> find(product_id id, async::deadline until);
  // Those that exist, in the order asked. At most 1,000 ids; none asks nobody.
  [[nodiscard]] async::task<std::vector<described_product>> find_all(std::vector<product_id> ids,
                                                                     async::deadline until);
  // The next at most `limit` (up to 500) products and tombstones behind `after`.
  [[nodiscard]] async::task<replica_page> export_page(product_id after, std::int64_t limit,
                                                      async::deadline until);

 private:
  amqp::rpc_client& products_;
};

// The texts of the elements of a JSON array. The array must be valid JSON.
[[nodiscard]] std::vector<std::string_view> elements(std::string_view array);

}  // namespace mercat::shopping
