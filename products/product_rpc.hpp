// PRODUCT_RPC: what other services ask products over the broker (docs/messages.md).
#pragma once

#include "common/amqp/rpc.hpp"
#include "products/assortment.hpp"
#include "products/catalogue.hpp"

#include <map>
#include <string>

namespace mercat::products {

inline constexpr const char* product_rpc_queue = "PRODUCT_RPC";

// VIEW_PRODUCT: a product, or null with status 404. VIEW_PRODUCTS: the list of those found.
// EXPORT_PRODUCTS: a piece of the catalogue with stock versions and tombstones, for rebuilding replicas.
// Both must outlive the RPC server.
[[nodiscard]] std::map<std::string, amqp::rpc_handler> product_rpc(catalogue& shop, assortment& goods);

}  // namespace mercat::products
