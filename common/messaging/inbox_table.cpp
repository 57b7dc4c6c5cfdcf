#include "common/messaging/inbox_table.hpp"

#include "common/db/error.hpp"

namespace mercat::messaging {

bool was_processed(db::session& s, std::string_view message_id) {
  return s.query_one("SELECT 1 FROM inbox WHERE message_id = ? AND processed_at IS NOT NULL", message_id)
      .has_value();
}

attempts begin_attempt(db::session& s, const event& item) {
  s.execute(
      "INSERT INTO inbox (message_id, type, attempts, seen_at) VALUES (?, ?, 1, UTC_TIMESTAMP(6)) "
      "ON DUPLICATE KEY UPDATE attempts = attempts + 1",
      item.id, item.type);
  const auto now =
      s.query("SELECT attempts, processed_at IS NOT NULL FROM inbox WHERE message_id = ?", item.id);
  return {now.front().integer(0), now.front().boolean(1)};
}

void end_attempt(db::session& s, std::string_view message_id) {
  s.execute("UPDATE inbox SET attempts = attempts - 1 WHERE message_id = ? AND attempts > 0", message_id);
}

void forget_attempts(db::session& s, std::string_view message_id) {
  s.execute("DELETE FROM inbox WHERE message_id = ? AND processed_at IS NULL", message_id);
}

bool mark_processed(db::session& s, const event& item) {
  try {
    s.execute(
        "INSERT INTO inbox (message_id, type, seen_at, processed_at) "
        "VALUES (?, ?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))",
        item.id, item.type);
    return true;
  } catch (const db::duplicate_key&) {
    // Seen before: an attempt that was counted, or one that had its effect. The statement says which, and
    // waits for whoever is just writing it.
    return s.execute(
               "UPDATE inbox SET processed_at = UTC_TIMESTAMP(6) WHERE message_id = ? AND processed_at IS "
               "NULL",
               item.id) == 1;
  }
}

std::uint64_t forget(db::session& s, std::chrono::hours age, std::int64_t most) {
  return s.execute(
      "DELETE FROM inbox WHERE seen_at < UTC_TIMESTAMP(6) - INTERVAL ? HOUR ORDER BY seen_at LIMIT ?",
      age.count(), most);
}

void unmark_processed(db::session& s, std::string_view message_id) {
  s.execute("DELETE FROM inbox WHERE message_id = ?", message_id);
}

}  // namespace mercat::messaging
