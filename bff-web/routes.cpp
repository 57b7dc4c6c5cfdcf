#include "bff-web/routes.hpp"

#include "bff/api.hpp"

namespace mercat::bff_web {

namespace {

// Browsers get what the services say.
const bff::device browser{};

}  // namespace

http::route_table routes(bff::upstreams& to, std::string replica) {
  return bff::api(to, browser, std::move(replica));
}

}  // namespace mercat::bff_web
