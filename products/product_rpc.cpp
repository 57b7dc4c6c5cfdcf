#include "products/product_rpc.hpp"

#include "common/error.hpp"

namespace mercat::products {

namespace {

constexpr std::size_t most_ids = 1000;

product_id require_id(const json::value& data) {
  if (const auto id = read_product_id(data)) return *id;
  throw error(fault::malformed, "invalid-product-id", "a product id is a positive integer");
}

async::task<amqp::rpc_reply> view_product(catalogue& shop, product_id id, async::deadline until) {
  const auto item = co_await shop.find(id, until);
  if (!item) co_return amqp::rpc_reply{404, "null"};
  json::writer out;
  write(out, *item, shop.currency());
  co_return amqp::rpc_reply{200, out.take()};
}

async::task<amqp::rpc_reply> view_products(catalogue& shop, std::vector<product_id> ids,
                                           async::deadline until) {
  const auto found = co_await shop.find_all(std::move(ids), until);
  json::writer out;
  out.StartArray();
  for (const auto& item : found) write(out, item, shop.currency());
  out.EndArray();
  co_return amqp::rpc_reply{200, out.take()};
}

std::vector<product_id> require_ids(const json::value& data) {
  if (!data.IsArray() || data.Size() > most_ids)
    throw error(fault::malformed, "invalid-product-ids", "data must be a list of at most 1000 product ids");
  std::vector<product_id> ids;
  ids.reserve(data.Size());
  for (const auto& each : data.GetArray()) ids.push_back(require_id(each));
  return ids;
}

}  // namespace

std::map<std::string, amqp::rpc_handler> product_rpc(catalogue& shop) {
  return {
      {"VIEW_PRODUCT",
       [&shop](const json::value& data, async::deadline until) {
         return view_product(shop, require_id(data), until);
       }},
      {"VIEW_PRODUCTS",
       [&shop](const json::value& data, async::deadline until) {
         return view_products(shop, require_ids(data), until);
       }},
  };
}

}  // namespace mercat::products
