#include "customer/store.hpp"

#include "common/db/error.hpp"

namespace mercat::customer::store {

namespace {

std::optional<std::string> optional_text(db::row& row, std::size_t column) {
  if (row.is_null(column)) return std::nullopt;
  return row.take_text(column);
}

// Of the columns id, email, name, phone, role, created_at.
account account_of(db::row& row) {
  return {row.integer(0),        row.take_text(1),        optional_text(row, 2),
          optional_text(row, 3), role_named(row.text(4)), row.time(5)};
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
    throw error(fault::already_exists, "email-taken", "an account with this e-mail address exists already");
  }
  return s.last_id();
}

std::optional<account> find(db::session& s, std::int64_t id) {
  auto row = s.query_one(
      "SELECT id, email, name, phone, role, created_at FROM customer WHERE id = ? AND deleted_at IS NULL",
      id);
  if (!row) return std::nullopt;
  return account_of(*row);
}

std::optional<credentials> find_credentials(db::session& s, const email_address& email) {
  auto row = s.query_one(
      "SELECT id, email, name, phone, role, created_at, password_hash FROM customer WHERE email_key = ?",
      email.key());
  if (!row) return std::nullopt;
  return credentials{account_of(*row), row->take_text(6)};
}

bool erase(db::session& s, std::int64_t id) {
  return s.execute(
             "UPDATE customer SET email = NULL, email_key = NULL, password_hash = NULL, name = NULL, "
             "phone = NULL, deleted_at = UTC_TIMESTAMP(6) WHERE id = ? AND deleted_at IS NULL",
             id) == 1;
}

}  // namespace mercat::customer::store
