// A shop whose three services are scripted, and a BFF's routes in front of it, called without a server.
#pragma once

#include "bff-mobile/routes.hpp"
#include "bff-web/routes.hpp"
#include "bff/upstreams.hpp"
#include "common/async/wait_for.hpp"
#include "tests/http_client/scripted_server.hpp"

#include <stdexcept>

namespace mercat::test {

using namespace std::chrono_literals;

struct shop {
  scripted_server customer;
  scripted_server products;
  scripted_server shopping;
  metrics::registry metrics;
  async::event_loop upstream_loop{"upstreams"};
  async::event_loop caller_loop{"caller"};
  bff::upstreams upstreams;
  http::route_table web;
  http::route_table mobile;

  shop(scripted_server::script customer_says, scripted_server::script products_says,
       scripted_server::script shopping_says)
      : customer(std::move(customer_says)),
        products(std::move(products_says)),
        shopping(std::move(shopping_says)),
        upstreams(upstream_loop,
                  {at("customer", customer), at("products", products), at("shopping", shopping)}, metrics),
        web(bff_web::routes(upstreams, "bff-web-1")),
        mobile(bff_mobile::routes(upstreams, "bff-mobile-1")) {}

  // All three say the same.
  explicit shop(const scripted_server::script& all) : shop(all, all, all) {}

  static http::client_options at(std::string name, const scripted_server& server) {
    return {.name = std::move(name), .base_url = server.url()};
  }

  // What the route says to the request; throws what its handler throws.
  http::response ask(const http::route_table& routes, http::request asked, std::string_view path) {
    for (const auto& route : routes)
      if (route.path == path && route.method == asked.method)
        return async::wait_for(caller_loop, [&route, &asked] { return route.handler(asked); });
    throw std::logic_error("no such route");
  }
};

inline http::request a_request(http::method method, std::string target) {
  http::request asked;
  asked.method = method;
  asked.path = target.substr(0, target.find('?'));
  asked.target = std::move(target);
  asked.id = "request-1";
  asked.deadline = async::deadline::in(3s);
  return asked;
}

inline http::request as_user(http::request asked) {
  asked.caller = auth::identity{};
  asked.caller->customer_id = 7;
  asked.headers.add("Authorization", "Bearer of.user.7");
  return asked;
}

}  // namespace mercat::test
