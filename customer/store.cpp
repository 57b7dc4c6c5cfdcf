#include "customer/store.hpp"

#include "common/db/error.hpp"
#include "customer/address_store.hpp"

namespace mercat::customer::store {

namespace {

const std::string account_columns = "id, email, name, phone, role, created_at";
const std::string select_account = "SELECT " + account_columns + " FROM customer WHERE ";
const std::string select_credentials = "SELECT " + account_columns + ", password_hash FROM customer WHERE ";
const std::string by_id = "id = ? AND deleted_at IS NULL";

// Of account_columns.
account account_of(db::row& row) {
  return {row.integer(0),          row.take_text(1), row.take_optional_text(2), row.take_optional_text(3),
          role_named(row.text(4)), row.time(5)};
}

std::optional<account> account_of(std::optional<db::row> found) {
  if (!found) return std::nullopt;
  return account_of(*found);
}

std::optional<credentials> credentials_of(std::optional<db::row> found) {
  if (!found) return std::nullopt;
  return credentials{account_of(*found), found->take_text(6)};
}

}  // namespace

std::int64_t insert(db::session& s, const registration& wanted) {
  try {
    s.execute(
        "INSERT INTO customer (email, email_key, password_hash, name, phone, role, created_at) "
        "VALUES (?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6))",
        wanted.email.spelling(), wanted.email.key(), wanted.password_hash, wanted.name, wanted.phone,
        name(wanted.role));
  } catch (const db::duplicate_key&) {
    throw email_taken();
  }
  return s.last_id();
}

std::optional<account> find(db::session& s, std::int64_t id) {
  static const auto sql = select_account + by_id;
  return account_of(s.query_one(sql, id));
}

bool exists(db::session& s, std::int64_t id) {
  return s.query_one("SELECT 1 FROM customer WHERE id = ? AND deleted_at IS NULL", id).has_value();
}

std::optional<customer_profile> find_profile(db::session& s, std::int64_t id) {
  auto rows = s.query(
      "SELECT c.id, c.email, c.name, c.phone, c.role, c.created_at, "
      "a.id, a.street, a.city, a.state, a.postal_code, a.country "
      "FROM customer c LEFT JOIN address a ON a.customer_id = c.id "
      "WHERE c.id = ? AND c.deleted_at IS NULL ORDER BY a.id",
      id);
  if (rows.empty()) return std::nullopt;
  customer_profile found;
  found.who = account_of(rows.front());
  for (auto& row : rows)
    if (auto each = address_of(row, 6)) found.addresses.push_back(std::move(*each));
  return found;
}

std::optional<std::int64_t> find_id(db::session& s, const email_address& email) {
  const auto row = s.query_one("SELECT id FROM customer WHERE email_key = ?", email.key());
  if (!row) return std::nullopt;
  return row->integer(0);
}

std::optional<credentials> find_credentials(db::session& s, const email_address& email) {
  static const auto sql = select_credentials + "email_key = ?";
  return credentials_of(s.query_one(sql, email.key()));
}

std::optional<credentials> find_credentials(db::session& s, std::int64_t id) {
  static const auto sql = select_credentials + by_id;
  return credentials_of(s.query_one(sql, id));
}

std::optional<account> lock(db::session& s, std::int64_t id) {
  static const auto sql = select_account + by_id + " FOR UPDATE";
  return account_of(s.query_one(sql, id));
}

std::optional<credentials> lock_credentials(db::session& s, std::int64_t id) {
  static const auto sql = select_credentials + by_id + " FOR UPDATE";
  return credentials_of(s.query_one(sql, id));
}

void update(db::session& s, const account& who) {
  s.execute("UPDATE customer SET name = ?, phone = ? WHERE id = ?", who.name, who.phone, who.id);
}

void set_password(db::session& s, std::int64_t id, const std::string& password_hash) {
  s.execute("UPDATE customer SET password_hash = ? WHERE id = ?", password_hash, id);
}

bool erase(db::session& s, std::int64_t id, db::sql_time when) {
  return s.execute(
             "UPDATE customer SET email = NULL, email_key = NULL, password_hash = NULL, name = NULL, "
             "phone = NULL, deleted_at = ? WHERE id = ? AND deleted_at IS NULL",
             when, id) == 1;
}

}  // namespace mercat::customer::store
