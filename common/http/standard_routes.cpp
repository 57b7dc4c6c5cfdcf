#include "common/http/standard_routes.hpp"

namespace mercat::http {

namespace {

async::task<response> status() {
  co_return response{200, "OK", "text/plain; charset=utf-8", {}};
}

async::task<response> whoami(std::string replica) {
  json::writer out;
  out.StartObject();
  out.key("replica").text(replica);
  out.EndObject();
  co_return response::json(out.take());
}

}  // namespace

void add_status_route(route_table& routes) {
  routes.push_back({method::get, "/status", access::anyone, [](const request&) { return status(); }});
}

void add_standard_routes(route_table& routes, std::string replica) {
  add_status_route(routes);
  routes.push_back({method::get, "/whoami", access::anyone,
                    [replica = std::move(replica)](const request&) { return whoami(replica); }});
}

}  // namespace mercat::http
