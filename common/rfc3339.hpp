// Times on the wire: RFC 3339, UTC, milliseconds: 2026-01-31T23:59:59.000Z.
#pragma once

#include <chrono>
#include <string>

namespace mercat {

[[nodiscard]] std::string rfc3339(std::chrono::sys_time<std::chrono::microseconds> time);

}  // namespace mercat
