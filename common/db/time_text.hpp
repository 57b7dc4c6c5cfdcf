// DATETIME as MariaDB writes it, "2026-01-02 03:04:05.000006", always UTC.
#pragma once

#include "common/db/session.hpp"

#include <array>
#include <string_view>

namespace mercat::db {

using time_text = std::array<char, 26>;

// Years 0 to 9999; throws std::logic_error outside of them.
[[nodiscard]] time_text write_time(sql_time at);
// With or without a fraction of a second; throws std::logic_error when it is no time.
[[nodiscard]] sql_time read_time(std::string_view text);

}  // namespace mercat::db
