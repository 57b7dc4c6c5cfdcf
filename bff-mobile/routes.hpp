// What bff-mobile answers.
#pragma once

#include "bff/upstreams.hpp"
#include "common/http/route.hpp"

#include <string>

namespace mercat::bff_mobile {

// to must outlive the table.
[[nodiscard]] http::route_table routes(bff::upstreams& to, std::string replica);

}  // namespace mercat::bff_mobile
