// The domain services as a BFF sees them.
#pragma once

#include "bff/settings.hpp"
#include "common/http/client.hpp"

namespace mercat::bff {

struct upstreams {
  http::client customer;
  http::client products;
  http::client shopping;

  upstreams(async::event_loop& loop, const upstream_settings& at, metrics::registry& metrics)
      : customer(loop, at.customer, metrics),
        products(loop, at.products, metrics),
        shopping(loop, at.shopping, metrics) {}
};

}  // namespace mercat::bff
