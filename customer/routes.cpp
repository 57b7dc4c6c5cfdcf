#include "customer/routes.hpp"

#include "common/http/standard_routes.hpp"
#include "common/messaging/traceparent.hpp"
#include "customer/representation.hpp"
#include "customer/schemas.hpp"

namespace mercat::customer {

namespace {

using http::access;
using http::method;
using http::request;
using http::response;

std::string trace_of(const request& asked) {
  return std::string(messaging::valid_traceparent(asked.headers.get("traceparent")));
}

async::task<response> sign_up(membership& members, const request& asked) {
  const auto& body = asked.json->root();
  sign_up_form form{email_address::parse(*json::text(body, "email")),
                    std::string(*json::text(body, "password")), name_from(json::text(body, "name")),
                    phone_from(json::text(body, "phone"))};
  const auto opened = co_await members.sign_up(std::move(form), asked.deadline, trace_of(asked));
  co_return response::json(json_of(opened), 201);
}

async::task<response> log_in(membership& members, const request& asked) {
  const auto& body = asked.json->root();
  const auto opened = co_await members.log_in(email_address::try_parse(*json::text(body, "email")),
                                              std::string(*json::text(body, "password")), asked.deadline);
  co_return response::json(json_of(opened));
}

async::task<response> profile(membership& members, const request& asked) {
  const auto who = co_await members.profile(asked.identity().customer_id, asked.deadline);
  co_return response::json(json_of(who));
}

async::task<response> leave(membership& members, const request& asked) {
  co_await members.leave(asked.identity().customer_id, asked.deadline, trace_of(asked));
  co_return response::no_content();
}

}  // namespace

http::route_table routes(membership& members, const std::string& replica) {
  http::route_table table{
      {method::post, "/signup", access::anyone, [&members](const request& r) { return sign_up(members, r); },
       &schemas::sign_up()},
      {method::post, "/login", access::anyone, [&members](const request& r) { return log_in(members, r); },
       &schemas::log_in()},
      {method::get, "/profile", access::user, [&members](const request& r) { return profile(members, r); }},
      {method::del, "/profile", access::user, [&members](const request& r) { return leave(members, r); }},
  };
  http::add_standard_routes(table, replica);
  return table;
}

}  // namespace mercat::customer
