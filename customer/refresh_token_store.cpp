#include "customer/refresh_token_store.hpp"

namespace mercat::customer::store {

namespace {

// By key, as in reset_token_store.cpp.
void revoke(db::session& s, const std::vector<db::row>& tokens, db::sql_time now) {
  for (const auto& row : tokens)
    s.execute("UPDATE refresh_token SET revoked_at = ? WHERE token_hash = ?", now, row.text(0));
}

}  // namespace

std::optional<kept_token> find_refresh_token(db::session& s, const std::string& hash) {
  auto row = s.query_one(
      "SELECT token_hash, family, customer_id, issued_at, expires_at FROM refresh_token WHERE token_hash = ?",
      hash);
  if (!row) return std::nullopt;
  return kept_token{row->take_text(0), row->take_text(1), row->integer(2), row->time(3), row->time(4)};
}

void add_refresh_token(db::session& s, const kept_token& made) {
  s.execute(
      "INSERT INTO refresh_token (token_hash, family, customer_id, issued_at, expires_at) "
      "VALUES (?, ?, ?, ?, ?)",
      made.hash, made.family, made.customer_id, made.issued_at, made.expires_at);
}

bool spend_refresh_token(db::session& s, const std::string& hash, db::sql_time now) {
  return s.execute(
             "UPDATE refresh_token SET spent_at = ? WHERE token_hash = ? AND spent_at IS NULL AND "
             "revoked_at IS NULL AND expires_at > ?",
             now, hash, now) == 1;
}

void revoke_family(db::session& s, const kept_token& member, db::sql_time now) {
  revoke(s,
         s.query("SELECT token_hash FROM refresh_token WHERE customer_id = ? AND spent_at IS NULL AND "
                 "revoked_at IS NULL AND family = ?",
                 member.customer_id, member.family),
         now);
}

void revoke_families_of(db::session& s, std::int64_t customer, db::sql_time now) {
  s.execute(
      "UPDATE refresh_token SET revoked_at = ? WHERE customer_id = ? AND spent_at IS NULL AND "
      "revoked_at IS NULL",
      now, customer);
}

// Not those that have expired: others take them away (forget_refresh_tokens), and could wait for this one.
void revoke_oldest_families(db::session& s, std::int64_t customer, std::int64_t kept, db::sql_time now) {
  revoke(s,
         s.query("SELECT token_hash FROM refresh_token WHERE customer_id = ? AND spent_at IS NULL AND "
                 "revoked_at IS NULL AND expires_at > ? ORDER BY expires_at DESC LIMIT 20 OFFSET ?",
                 customer, now, kept),
         now);
}

std::optional<db::sql_time> last_issued_at(db::session& s, std::int64_t customer) {
  const auto row = s.query_one(
      "SELECT issued_at FROM refresh_token WHERE customer_id = ? ORDER BY issued_at DESC LIMIT 1", customer);
  if (!row) return std::nullopt;
  return row->time(0);
}

void remove_refresh_tokens(db::session& s, std::int64_t customer) {
  s.execute("DELETE FROM refresh_token WHERE customer_id = ? LIMIT 1000", customer);
}

// Found by a plain read and deleted by key, as in revocation_store.cpp. Each writer adds one row, so a few at
// a time keep up.
void forget_refresh_tokens(db::session& s, db::sql_time now) {
  for (const auto& row : s.query("SELECT token_hash FROM refresh_token WHERE expires_at < ? ORDER BY "
                                 "expires_at, token_hash LIMIT 20",
                                 now))
    s.execute("DELETE FROM refresh_token WHERE token_hash = ?", row.text(0));
}

}  // namespace mercat::customer::store
