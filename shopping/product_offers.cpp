#include "shopping/product_offers.hpp"

#include "common/error.hpp"

namespace mercat::shopping {

namespace {

error unusable_reply() {
  return {fault::unavailable, "products-unavailable", "products cannot be asked just now"};
}

// A reply that says anything but 200 or 404 has no product in it.
json::document read_reply(const amqp::rpc_reply& reply) {
  if (reply.status == 504)
    throw error(fault::too_slow, "products-timeout", "products did not answer in time");
  if (reply.status != 200) throw unusable_reply();
  return json::document::parse(reply.body);
}

}  // namespace

async::task<std::optional<offer>> product_offers::find(product_id id, async::deadline until) {
  const auto reply = co_await products_.call("VIEW_PRODUCT", std::to_string(id), until);
  if (reply.status == 404) co_return std::nullopt;
  auto found = read_offer(read_reply(reply).root());
  if (!found) throw unusable_reply();
  co_return found;
}

async::task<current_offers> product_offers::current(std::vector<product_id> ids, async::deadline until) {
  current_offers now;
  if (ids.empty()) {
    now.known = true;
    co_return now;
  }
  json::writer asked;
  asked.StartArray();
  for (const auto id : ids) asked.Int64(id);
  asked.EndArray();
  try {
    const auto document = read_reply(co_await products_.call("VIEW_PRODUCTS", asked.take(), until));
    for (const auto& each : document.root().GetArray())
      if (auto found = read_offer(each)) now.offers.emplace(found->id, std::move(*found));
    now.known = true;
  } catch (const error& cause) {
    if (cause.kind() != fault::unavailable && cause.kind() != fault::too_slow) throw;
  }
  co_return now;
}

}  // namespace mercat::shopping
