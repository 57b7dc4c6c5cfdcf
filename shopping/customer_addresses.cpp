#include "shopping/customer_addresses.hpp"

#include "common/error.hpp"
#include "common/json/document.hpp"

namespace mercat::shopping {

namespace {

error unusable_reply() {
  return {fault::unavailable, "customer-unavailable", "customer cannot be asked just now"};
}

// The text goes into the order as it is.
void require_object(const std::string& text) {
  try {
    if (json::document::parse(text).root().IsObject()) return;
  } catch (const error&) {  // the same to us
  }
  throw unusable_reply();
}

}  // namespace

async::task<std::optional<std::string>> customer_addresses::find(customer_id customer,
                                                                 std::int64_t address_id,
                                                                 async::deadline until) {
  json::writer asked;
  asked.StartObject();
  asked.key("customerId").Int64(customer);
  asked.key("addressId").Int64(address_id);
  asked.EndObject();
  auto reply = co_await customers_.call("VIEW_ADDRESS", asked.take(), until);
  if (reply.status == 404) co_return std::nullopt;
  if (reply.status != 200) throw unusable_reply();
  require_object(reply.body);
  co_return std::move(reply.body);
}

}  // namespace mercat::shopping
