#include "customer/customer_rpc.hpp"

#include "common/rfc3339.hpp"
#include "customer/revocation_store.hpp"

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
  const auto since =
      std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now() - remembered);
  const auto all =
      co_await database.read(until, [since](db::session& s) { return store::revocations_since(s, since); });
  co_return amqp::rpc_reply{200, json_of(all)};
}

}  // namespace

std::map<std::string, amqp::rpc_handler> customer_rpc(db::pool& database, std::chrono::seconds remembered) {
  return {{"VIEW_REVOCATIONS", [&database, remembered](const json::value&, async::deadline until) {
             return view_revocations(database, remembered, until);
           }}};
}

}  // namespace mercat::customer
