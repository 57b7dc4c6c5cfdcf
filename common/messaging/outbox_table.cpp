#include "common/messaging/outbox_table.hpp"

#include "common/messaging/outbox.hpp"
#include "common/uuid.hpp"

#include <algorithm>
#include <utility>

namespace mercat::messaging {

namespace {

// Calls `change(first, last)` for each run of neighbouring ids among the rows chosen. Between the ends of a
// run there is no row of anybody else, so a statement over it locks nothing that another relay holds.
template <class Chosen, class Change>
void for_runs(const std::vector<outbox_row>& rows, Chosen chosen, Change change) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!chosen(rows[i])) continue;
    const std::size_t first = i;
    while (i + 1 < rows.size() && chosen(rows[i + 1]) && rows[i + 1].id == rows[i].id + 1) ++i;
    change(rows[first].id, rows[i].id);
  }
}

std::int64_t seconds_to_wait(int attempts) {
  return std::min<std::int64_t>(60, std::int64_t{1} << std::min(attempts, 6));
}

}  // namespace

std::string add_to_outbox(db::session& s, std::string_view type, std::string_view data,
                          std::string_view traceparent) {
  auto id = uuid_v7();
  s.execute(
      "INSERT INTO outbox (event_id, type, data, traceparent, created_at, leased_until) "
      "VALUES (?, ?, ?, ?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))",
      id, type, data, traceparent);
  return id;
}

std::size_t take_from_outbox(db::session& s, std::string_view type, std::string_view member,
                             std::int64_t value) {
  std::size_t taken = 0;
  for (const auto& found :
       s.query("SELECT id FROM outbox WHERE type = ? AND JSON_VALUE(data, CONCAT('$.', ?)) = ? "
               "ORDER BY id",
               type, member, std::to_string(value)))
    taken += s.execute("DELETE FROM outbox WHERE id = ?", found.integer(0));
  return taken;
}

// Changes are made by ranges over the primary key, and sql_safe_updates obliges the server to plan them so: a
// DELETE with a list of ids was once planned as a scan, which waits for, and deadlocks with, what the other
// relays hold, SKIP LOCKED or not.
std::vector<outbox_row> claim(db::session& s, std::size_t most, std::chrono::seconds lease) {
  std::vector<outbox_row> rows;
  for (auto& found :
       s.query("SELECT id, event_id, type, data, traceparent, attempts FROM outbox "
               "WHERE leased_until <= UTC_TIMESTAMP(6) ORDER BY id LIMIT ? FOR UPDATE SKIP LOCKED",
               static_cast<std::int64_t>(most))) {
    rows.push_back({found.integer(0),
                    {found.take_text(1), found.take_text(2), found.take_text(3), found.take_text(4)},
                    static_cast<int>(found.integer(5))});
  }
  for_runs(
      rows, [](const auto&) { return true; },
      [&](std::int64_t first, std::int64_t last) {
        s.execute(
            "SET STATEMENT sql_safe_updates = 1 FOR UPDATE outbox "
            "SET leased_until = UTC_TIMESTAMP(6) + INTERVAL ? SECOND WHERE id BETWEEN ? AND ?",
            lease.count(), first, last);
      });
  return rows;
}

void settle(db::session& s, const std::vector<outbox_row>& rows) {
  for_runs(
      rows, [](const auto& row) { return row.outcome == amqp::sent::confirmed; },
      [&](std::int64_t first, std::int64_t last) {
        s.execute("SET STATEMENT sql_safe_updates = 1 FOR DELETE FROM outbox WHERE id BETWEEN ? AND ?", first,
                  last);
      });
  for_runs(
      rows, [](const auto& row) { return row.outcome == amqp::sent::unavailable; },
      [&](std::int64_t first, std::int64_t last) {
        s.execute(
            "SET STATEMENT sql_safe_updates = 1 FOR UPDATE outbox "
            "SET leased_until = UTC_TIMESTAMP(6) WHERE id BETWEEN ? AND ?",
            first, last);
      });
  for (const auto& row : rows) {
    if (row.outcome != amqp::sent::returned && row.outcome != amqp::sent::refused) continue;
    s.execute(
        "UPDATE outbox SET attempts = attempts + 1, "
        "leased_until = UTC_TIMESTAMP(6) + INTERVAL ? SECOND WHERE id = ?",
        seconds_to_wait(row.attempts), row.id);
  }
}

outbox_depth depth(db::session& s) {
  const auto found = s.query(
      "SELECT COUNT(*), COALESCE((SELECT TIMESTAMPDIFF(SECOND, created_at, UTC_TIMESTAMP(6)) FROM outbox "
      "ORDER BY id LIMIT 1), 0) FROM outbox");
  return {found.front().integer(0), std::chrono::seconds{found.front().integer(1)}};
}

}  // namespace mercat::messaging
