#include "bff-mobile/routes.hpp"

#include "bff-mobile/shapes.hpp"
#include "bff/api.hpp"

namespace mercat::bff_mobile {

http::route_table routes(bff::upstreams& to, std::string replica) {
  return bff::api(to, phone(), std::move(replica));
}

}  // namespace mercat::bff_mobile
