#include "bff/api.hpp"

#include "bff/forward.hpp"
#include "bff/home.hpp"
#include "bff/whoami.hpp"
#include "common/http/standard_routes.hpp"

namespace mercat::bff {

namespace {

using http::access;
using http::method;

const shape whole{};

}  // namespace

http::route_table api(upstreams& to, const device& shown_on, std::string replica) {
  http::route_table table{
      forward(method::post, "/signup", access::anyone, to.customer, whole),
      forward(method::post, "/login", access::anyone, to.customer, whole),
      forward(method::get, "/profile", access::user, to.customer, shown_on.profile),
      forward(method::del, "/profile", access::user, to.customer, whole),

      forward(method::get, "/products", access::anyone, to.products, shown_on.product_list),
      forward(method::get, "/products/{id}", access::anyone, to.products, whole),

      forward(method::get, "/cart", access::user, to.shopping, whole),
      forward(method::post, "/cart", access::user, to.shopping, whole),
      forward(method::del, "/cart/{productId}", access::user, to.shopping, whole),
      forward(method::del, "/cart", access::user, to.shopping, whole),

      home(to, shown_on),
      whoami(to, std::move(replica)),
  };
  http::add_status_route(table);
  return table;
}

}  // namespace mercat::bff
