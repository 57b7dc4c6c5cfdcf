#include "customer/letter_store.hpp"

#include <string_view>

namespace mercat::customer::store {

namespace {

std::string_view name(letter kind) {
  return kind == letter::welcome ? "welcome" : "reset";
}

}  // namespace

std::optional<std::chrono::milliseconds> wait_for_letter(db::session& s, const std::string& account,
                                                         letter kind, std::int64_t most) {
  const auto row = s.query_one(
      "SELECT TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), written_at + INTERVAL 1 HOUR) DIV 1000 FROM "
      "letter "
      "WHERE account = ? AND kind = ? AND written_at > UTC_TIMESTAMP(6) - INTERVAL 1 HOUR "
      "ORDER BY written_at DESC LIMIT 1 OFFSET ?",
      account, name(kind), most - 1);
  if (!row) return std::nullopt;
  return std::chrono::milliseconds{row->integer(0)};
}

bool had_letter_within(db::session& s, const std::string& account, letter kind, std::chrono::minutes time) {
  return s
      .query_one(
          "SELECT 1 FROM letter WHERE account = ? AND kind = ? AND "
          "written_at > UTC_TIMESTAMP(6) - INTERVAL ? MINUTE LIMIT 1",
          account, name(kind), time.count())
      .has_value();
}

void add_letter(db::session& s, const std::string& account, letter kind) {
  s.execute("INSERT INTO letter (account, kind, written_at) VALUES (?, ?, UTC_TIMESTAMP(6))", account,
            name(kind));
}

// Found by a plain read and deleted by key, as in reset_token_store.cpp.
void forget_letters(db::session& s) {
  for (const auto& row :
       s.query("SELECT id FROM letter WHERE written_at < UTC_TIMESTAMP(6) - INTERVAL 1 HOUR "
               "ORDER BY written_at, id LIMIT 20"))
    s.execute("DELETE FROM letter WHERE id = ?", row.integer(0));
}

}  // namespace mercat::customer::store
