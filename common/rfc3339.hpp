// Times on the wire: RFC 3339, UTC, milliseconds: 2026-01-31T23:59:59.000Z.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace mercat {

[[nodiscard]] std::string rfc3339(std::chrono::sys_time<std::chrono::microseconds> time);
// Of exactly that form, else null.
[[nodiscard]] std::optional<std::chrono::sys_time<std::chrono::microseconds>> parse_rfc3339(
    std::string_view text);

}  // namespace mercat
