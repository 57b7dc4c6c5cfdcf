#include "shopping/product_offers.hpp"

#include "common/error.hpp"

namespace mercat::shopping {

namespace {

error unusable_reply() {
  return {fault::unavailable, "products-unavailable", "products cannot be asked just now"};
}

// A reply that says anything but 200, or that cannot be read, has no product in it. It is never the client's
// fault.
json::document read_reply(const amqp::rpc_reply& reply) {
  if (reply.status != 200) throw unusable_reply();
  try {
    return json::document::parse(reply.body);
  } catch (const error&) {
    throw unusable_reply();
  }
}

std::vector<offer> read_offers(const json::value& list) {
  if (!list.IsArray()) throw unusable_reply();
  std::vector<offer> offers;
  for (const auto& each : list.GetArray()) {
    auto found = read_offer(each);
    if (!found) throw unusable_reply();
    offers.push_back(std::move(*found));
  }
  return offers;
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
    const auto reply = co_await products_.call("VIEW_PRODUCTS", asked.take(), until);
    const auto document = read_reply(reply);
    for (auto& each : read_offers(document.root())) now.offers.emplace(each.id, std::move(each));
    now.known = true;
  } catch (const error& cause) {
    if (cause.kind() != fault::unavailable && cause.kind() != fault::too_slow) throw;
  }
  co_return now;
}

}  // namespace mercat::shopping
