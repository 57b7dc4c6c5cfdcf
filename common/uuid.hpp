// UUIDv7 (RFC 9562): time-ordered ids of events, orders, tokens and hops.
#pragma once

#include <string>

namespace mercat {

// Lower-case canonical text, 36 characters. Thread-safe; ids made by one thread ascend.
[[nodiscard]] std::string uuid_v7();

}  // namespace mercat
