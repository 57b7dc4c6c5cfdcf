#include "common/db/driver_values.hpp"

#include "common/db/time_text.hpp"
#include "common/number.hpp"

#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <cppconn/resultset_metadata.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace mercat::db {

namespace {

enum class cell_kind { integer, unsigned_integer, whole_decimal, text };

cell_kind kind_of(sql::ResultSetMetaData& meta, unsigned column) {
  switch (meta.getColumnType(column)) {
    case sql::DataType::BIT:
    case sql::DataType::TINYINT:
    case sql::DataType::SMALLINT:
    case sql::DataType::MEDIUMINT:
    case sql::DataType::INTEGER:
    case sql::DataType::YEAR:
      return cell_kind::integer;
    case sql::DataType::BIGINT:
      return meta.isSigned(column) ? cell_kind::integer : cell_kind::unsigned_integer;
    case sql::DataType::DECIMAL:
    case sql::DataType::NUMERIC:  // SUM() of integers is one, without a fraction
      return meta.getScale(column) == 0 ? cell_kind::whole_decimal : cell_kind::text;
    default:
      return cell_kind::text;
  }
}

// By its text: the driver's getInt64() clamps and wraps what does not fit, silently.
std::int64_t exact_integer(const std::string& text) {
  const auto value = whole_number<std::int64_t>(text);
  if (!value) throw std::logic_error("a number does not fit 64 bits");
  return *value;
}

row::cell read_cell(sql::ResultSet& from, unsigned column, cell_kind kind) {
  if (from.isNull(column)) return nullptr;
  switch (kind) {
    case cell_kind::integer:
      return from.getInt64(column);
    case cell_kind::unsigned_integer:
    case cell_kind::whole_decimal:
      return exact_integer(from.getString(column).asStdString());
    case cell_kind::text:
      break;
  }
  return from.getString(column).asStdString();
}

}  // namespace

void bind(sql::PreparedStatement& statement, std::span<const parameter> args) {
  unsigned at = 0;
  for (const auto& arg : args) {
    ++at;
    if (const auto* number = std::get_if<std::int64_t>(&arg)) {
      statement.setInt64(at, *number);
    } else if (const auto* text = std::get_if<std::string_view>(&arg)) {
      statement.setString(at, sql::SQLString(text->data(), text->size()));
    } else if (const auto* time = std::get_if<sql_time>(&arg)) {
      const auto written = write_time(*time);
      statement.setString(at, sql::SQLString(written.data(), written.size()));
    } else {
      statement.setNull(at, 0);
    }
  }
}

std::vector<row> read_rows(sql::ResultSet& from) {
  auto& meta = *from.getMetaData();
  std::vector<cell_kind> kinds(meta.getColumnCount());
  for (unsigned i = 0; i < kinds.size(); ++i) kinds[i] = kind_of(meta, i + 1);
  std::vector<row> rows;
  rows.reserve(from.rowsCount());
  // Only ever behind a true next(): a getter off a row throws an exception of yet another family.
  while (from.next()) {
    std::vector<row::cell> cells;
    cells.reserve(kinds.size());
    for (unsigned i = 0; i < kinds.size(); ++i) cells.push_back(read_cell(from, i + 1, kinds[i]));
    rows.emplace_back(std::move(cells));
  }
  return rows;
}

}  // namespace mercat::db
