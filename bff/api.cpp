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

// A description may have 10,000 characters, which JSON may write as 12 bytes each (bytes).
constexpr std::size_t longest_product = 256UL * 1024;

// One that says everything by its path: no body is asked for, and what is sent as one is not read.
http::route without_body(http::route row) {
  row.body = nullptr;
  return row;
}

}  // namespace

http::route_table api(upstreams& to, const device& shown_on, std::string replica) {
  http::route_table table{
      forward(method::post, "/signup", access::anyone, to.customer, whole),
      forward(method::post, "/login", access::anyone, to.customer, whole),
      forward(method::post, "/token/refresh", access::anyone, to.customer, whole),
      forward(method::post, "/logout", access::anyone, to.customer, whole),
      forward(method::get, "/profile", access::user, to.customer, shown_on.customer),
      forward(method::patch, "/profile", access::user, to.customer, shown_on.customer),
      forward(method::del, "/profile", access::user, to.customer, whole),
      forward(method::put, "/password", access::user, to.customer, whole),
      forward(method::post, "/password/forgot", access::anyone, to.customer, whole),
      forward(method::post, "/password/reset", access::anyone, to.customer, whole),
      forward(method::get, "/addresses", access::user, to.customer, whole),
      forward(method::post, "/addresses", access::user, to.customer, whole),
      forward(method::put, "/addresses/{id}", access::user, to.customer, whole),
      forward(method::del, "/addresses/{id}", access::user, to.customer, whole),
      forward(method::get, "/customers", access::user, to.customer, shown_on.customer),
      forward(method::get, "/customers/{id}", access::user, to.customer, shown_on.customer),

      forward(method::get, "/products", access::anyone, to.products, shown_on.product_list),
      forward(method::get, "/products/{id}", access::anyone, to.products, whole),
      forward(method::post, "/products/ids", access::anyone, to.products, shown_on.product_list),
      forward(method::get, "/categories", access::anyone, to.products, whole),
      forward(method::post, "/products", access::admin, to.products, whole, longest_product),
      forward(method::put, "/products/{id}", access::admin, to.products, whole, longest_product),
      forward(method::del, "/products/{id}", access::admin, to.products, whole),
      forward(method::post, "/products/{id}/stock", access::admin, to.products, whole),

      forward(method::get, "/cart", access::user, to.shopping, whole),
      forward(method::post, "/cart", access::user, to.shopping, whole),
      forward(method::post, "/cart/merge", access::user, to.shopping, whole),
      forward(method::del, "/cart/{productId}", access::user, to.shopping, whole),
      forward(method::del, "/cart", access::user, to.shopping, whole),
      forward(method::get, "/wishlist", access::user, to.shopping, shown_on.product_list),
      forward(method::post, "/wishlist", access::user, to.shopping, shown_on.product_list),
      forward(method::del, "/wishlist/{productId}", access::user, to.shopping, shown_on.product_list),

      forward(method::post, "/orders", access::user, to.shopping, whole),
      forward(method::get, "/orders", access::user, to.shopping, whole),
      forward(method::get, "/orders/{id}", access::user, to.shopping, whole),
      without_body(forward(method::post, "/orders/{id}/cancel", access::user, to.shopping, whole)),
      forward(method::get, "/admin/orders", access::admin, to.shopping, whole),
      forward(method::get, "/admin/orders/{id}", access::admin, to.shopping, whole),

      home(to, shown_on),
      whoami(to, std::move(replica)),
  };
  http::add_status_route(table);
  return table;
}

}  // namespace mercat::bff
