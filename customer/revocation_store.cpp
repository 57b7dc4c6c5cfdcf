#include "customer/revocation_store.hpp"

namespace mercat::customer::store {

void add_revocation(db::session& s, const revocation& made) {
  s.execute(
      "INSERT INTO session_revocation (customer_id, revoked_before) VALUES (?, ?) "
      "ON DUPLICATE KEY UPDATE revoked_before = GREATEST(revoked_before, VALUES(revoked_before))",
      made.customer_id, made.before);
}

std::optional<db::sql_time> revoked_before(db::session& s, std::int64_t customer) {
  const auto row =
      s.query_one("SELECT revoked_before FROM session_revocation WHERE customer_id = ?", customer);
  if (!row) return std::nullopt;
  return row->time(0);
}

std::vector<revocation> revocations_since(db::session& s, db::sql_time moment) {
  std::vector<revocation> found;
  for (const auto& row : s.query("SELECT customer_id, revoked_before FROM session_revocation "
                                 "WHERE revoked_before >= ? ORDER BY revoked_before, customer_id",
                                 moment))
    found.push_back({row.integer(0), row.time(1)});
  return found;
}

// Found by a plain read and deleted by key: a DELETE over the range of time would lock the newest row too,
// which another deletion may just have written, and two such deletions would wait for each other. Asked again
// of each row: it may have been renewed since it was read.
void forget_revocations(db::session& s, db::sql_time moment) {
  for (const auto& row : s.query("SELECT customer_id FROM session_revocation WHERE revoked_before < ? ORDER "
                                 "BY customer_id LIMIT 100",
                                 moment))
    s.execute("DELETE FROM session_revocation WHERE customer_id = ? AND revoked_before < ?", row.integer(0),
              moment);
}

}  // namespace mercat::customer::store
