#include "common/db/session.hpp"
#include "common/db/time_text.hpp"

#include <stdexcept>
#include <utility>

namespace mercat::db {

namespace {

template <class T, class Cells>
auto& cell_as(Cells& cells, std::size_t column) {
  if (column >= cells.size()) throw std::logic_error("a row has no column " + std::to_string(column));
  auto* const found = std::get_if<T>(&cells[column]);
  if (found == nullptr) {
    throw std::logic_error("column " + std::to_string(column) + " is NULL or of another type");
  }
  return *found;
}

}  // namespace

std::int64_t row::integer(std::size_t column) const {
  return cell_as<std::int64_t>(cells_, column);
}

const std::string& row::text(std::size_t column) const {
  return cell_as<std::string>(cells_, column);
}

std::string&& row::take_text(std::size_t column) {
  return std::move(cell_as<std::string>(cells_, column));
}

std::optional<std::string> row::take_optional_text(std::size_t column) {
  if (is_null(column)) return std::nullopt;
  return take_text(column);
}

sql_time row::time(std::size_t column) const {
  return read_time(cell_as<std::string>(cells_, column));
}

bool row::is_null(std::size_t column) const {
  if (column >= cells_.size()) throw std::logic_error("a row has no column " + std::to_string(column));
  return std::holds_alternative<std::nullptr_t>(cells_[column]);
}

}  // namespace mercat::db
