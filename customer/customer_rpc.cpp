#include "customer/customer_rpc.hpp"

#include "common/error.hpp"
#include "common/rfc3339.hpp"
#include "common/utc_now.hpp"
#include "customer/address_store.hpp"
#include "customer/customer_request.hpp"
#include "customer/representation.hpp"
#include "customer/revocation_store.hpp"

#include <algorithm>

namespace mercat::customer {

namespace {

std::string json_of(const std::vector<revocation>& all) {
  json::writer out;
  out.StartObject();
  out.key("revocations");
  out.StartArray();
  for (const auto& each : all) {
    out.StartObject();
    out.key("customerId").Int64(each.customer_id);
    out.key("before").text(rfc3339(each.before));
    out.EndObject();
  }
  out.EndArray();
  out.EndObject();
  return out.take();
}

async::task<amqp::rpc_reply> view_revocations(db::pool& database, std::chrono::seconds remembered,
                                              async::deadline until) {
  const auto since = utc_now() - remembered;
  const auto all =
      co_await database.read(until, [since](db::session& s) { return store::revocations_since(s, since); });
  co_return amqp::rpc_reply{200, json_of(all)};
}

async::task<amqp::rpc_reply> view_address(db::pool& database, wanted_address wanted, async::deadline until) {
  const auto all = co_await database.read(
      until, [wanted](db::session& s) { return store::find_addresses(s, wanted.customer); });
  amqp::rpc_reply reply{404, "null"};
  if (!all) co_return reply;
  const auto found = std::ranges::find(*all, wanted.address, &address::id);
  if (found != all->end()) reply = {200, json_of(*found)};
  co_return reply;
}

}  // namespace

std::map<std::string, amqp::rpc_handler> customer_rpc(db::pool& database, std::chrono::seconds remembered) {
  return {{"VIEW_REVOCATIONS",
           [&database, remembered](const json::value&, async::deadline until) {
             return view_revocations(database, remembered, until);
           }},
          {"VIEW_ADDRESS", [&database](const json::value& data, async::deadline until) {
             return view_address(database, wanted_address::read(data), until);
           }}};
}

}  // namespace mercat::customer
