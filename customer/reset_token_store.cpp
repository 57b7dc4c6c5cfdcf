#include "customer/reset_token_store.hpp"

namespace mercat::customer::store {

void add_reset_token(db::session& s, const kept_reset_token& made) {
  s.execute("INSERT INTO reset_token (token_hash, customer_id, made_at, expires_at) VALUES (?, ?, ?, ?)",
            made.hash, made.customer_id, made.made_at, made.expires_at);
}

std::optional<std::int64_t> owner_of_reset_token(db::session& s, const std::string& hash, db::sql_time now) {
  const auto row = s.query_one(
      "SELECT customer_id FROM reset_token WHERE token_hash = ? AND ended_at IS NULL AND expires_at > ?",
      hash, now);
  if (!row) return std::nullopt;
  return row->integer(0);
}

bool spend_reset_token(db::session& s, const std::string& hash, db::sql_time now) {
  return s.execute(
             "UPDATE reset_token SET ended_at = ? WHERE token_hash = ? AND ended_at IS NULL AND "
             "expires_at > ?",
             now, hash, now) == 1;
}

// Found by a plain read and changed by key, here and below: a change over a range locks the gap behind it
// too, and two customers who each hold the gap that the other's new row belongs into wait for each other.
void end_reset_tokens(db::session& s, std::int64_t customer, db::sql_time now) {
  for (const auto& row :
       s.query("SELECT token_hash FROM reset_token WHERE customer_id = ? AND ended_at IS NULL", customer))
    s.execute("UPDATE reset_token SET ended_at = ? WHERE token_hash = ?", now, row.text(0));
}

void remove_reset_tokens(db::session& s, std::int64_t customer) {
  for (const auto& row : s.query("SELECT token_hash FROM reset_token WHERE customer_id = ?", customer))
    s.execute("DELETE FROM reset_token WHERE token_hash = ?", row.text(0));
}

void forget_reset_tokens(db::session& s, db::sql_time moment) {
  for (const auto& row : s.query("SELECT token_hash FROM reset_token WHERE made_at < ? ORDER BY made_at, "
                                 "token_hash LIMIT 20",
                                 moment))
    s.execute("DELETE FROM reset_token WHERE token_hash = ?", row.text(0));
}

}  // namespace mercat::customer::store
