#include "crm-mailer/store.hpp"

#include <algorithm>

namespace mercat::crm_mailer::store {

bool may_send(db::session& s, std::string_view event_id, std::int64_t customer_id) {
  return !s.query_one(
      "SELECT 1 FROM sent_mail WHERE event_id = ? UNION ALL SELECT 1 FROM deleted_customer WHERE id = ? "
      "LIMIT 1",
      event_id, customer_id);
}

void remember_sent(db::session& s, std::string_view event_id, std::int64_t customer_id,
                   std::string_view kind) {
  s.execute(
      "INSERT INTO sent_mail (event_id, customer_id, kind, sent_at) VALUES (?, ?, ?, UTC_TIMESTAMP(6)) "
      "ON DUPLICATE KEY UPDATE event_id = event_id",
      event_id, customer_id, kind);
}

std::chrono::milliseconds postpone(db::session& s, std::string_view event_id) {
  s.execute(
      "INSERT INTO postponed_mail (event_id, since) VALUES (?, UTC_TIMESTAMP(6)) "
      "ON DUPLICATE KEY UPDATE event_id = event_id",
      event_id);
  const auto found = s.query(
      "SELECT TIMESTAMPDIFF(MICROSECOND, since, UTC_TIMESTAMP(6)) DIV 1000 FROM postponed_mail "
      "WHERE event_id = ?",
      event_id);
  return std::chrono::milliseconds{found.front().integer(0)};
}

void forget_postponed(db::session& s, std::string_view event_id) {
  s.execute("DELETE FROM postponed_mail WHERE event_id = ?", event_id);
}

void remember_deleted(db::session& s, std::int64_t customer_id) {
  s.execute(
      "INSERT INTO deleted_customer (id, deleted_at) VALUES (?, UTC_TIMESTAMP(6)) "
      "ON DUPLICATE KEY UPDATE id = id",
      customer_id);
}

std::vector<std::int64_t> deleted_among(db::session& s, std::span<const std::int64_t> ids) {
  // One text for any number of ids: places that are left over hold 0, which is nobody's.
  constexpr std::size_t places = 20;
  std::vector<std::int64_t> found;
  for (; !ids.empty(); ids = ids.subspan(std::min(places, ids.size()))) {
    std::vector<db::parameter> asked(places, std::int64_t{0});
    std::copy_n(ids.begin(), std::min(places, ids.size()), asked.begin());
    for (const auto& row : s.run_query("SELECT id FROM deleted_customer WHERE id IN "
                                       "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                       asked)) {
      found.push_back(row.integer(0));
    }
  }
  return found;
}

}  // namespace mercat::crm_mailer::store
