// What a phone gets of each answer, and what it is spared.
#pragma once

#include "bff/device.hpp"

namespace mercat::bff_mobile {

[[nodiscard]] const bff::device& phone();

}  // namespace mercat::bff_mobile
