// Values on their way into the driver's statements and out of its results.
#pragma once

#include "common/db/session.hpp"

#include <span>
#include <vector>

namespace sql {
class PreparedStatement;
class ResultSet;
}  // namespace sql

namespace mercat::db {

void bind(sql::PreparedStatement& statement, std::span<const parameter> args);

// All rows, copied. Throws std::logic_error for a number beyond 64 bits.
[[nodiscard]] std::vector<row> read_rows(sql::ResultSet& from);

}  // namespace mercat::db
