#include "crm-mailer/store.hpp"

#include "common/messaging/traceparent.hpp"

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

void put_off(db::session& s, const messaging::event& event, std::int64_t customer_id,
             std::chrono::milliseconds pause) {
  s.execute(
      "INSERT INTO postponed_mail (event_id, since, customer_id, type, data, traceparent, next_try) "
      "VALUES (?, UTC_TIMESTAMP(6), ?, ?, ?, ?, UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND) "
      "ON DUPLICATE KEY UPDATE customer_id = VALUES(customer_id), type = VALUES(type), data = VALUES(data), "
      "traceparent = VALUES(traceparent), next_try = VALUES(next_try)",
      event.id, customer_id, event.type, event.data, messaging::valid_traceparent(event.traceparent),
      std::chrono::microseconds{pause}.count());
}

bool waits(db::session& s, std::string_view event_id) {
  return s.query_one("SELECT 1 FROM postponed_mail WHERE event_id = ? AND next_try IS NOT NULL", event_id)
      .has_value();
}

std::optional<postponed_mail> claim_postponed(db::session& s, std::chrono::milliseconds lease) {
  auto found = s.query_one(
      "SELECT event_id, type, data, traceparent, customer_id, "
      "TIMESTAMPDIFF(MICROSECOND, since, UTC_TIMESTAMP(6)) DIV 1000, "
      "UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND FROM postponed_mail "
      "WHERE next_try <= UTC_TIMESTAMP(6) ORDER BY next_try LIMIT 1 FOR UPDATE SKIP LOCKED",
      std::chrono::microseconds{lease}.count());
  if (!found) return std::nullopt;
  postponed_mail item{{found->take_text(0), found->take_text(1), found->take_text(2), found->take_text(3)},
                      found->integer(4),
                      std::chrono::milliseconds{found->integer(5)},
                      found->time(6)};
  s.execute("UPDATE postponed_mail SET next_try = ? WHERE event_id = ?", item.claimed_until, item.event.id);
  return item;
}

void put_back(db::session& s, const postponed_mail& item, std::chrono::milliseconds pause) {
  s.execute(
      "UPDATE postponed_mail SET next_try = UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND "
      "WHERE event_id = ? AND next_try = ?",
      std::chrono::microseconds{pause}.count(), item.event.id, item.claimed_until);
}

void forget_postponed(db::session& s, std::string_view event_id) {
  s.execute("DELETE FROM postponed_mail WHERE event_id = ?", event_id);
}

void forget_postponed_of(db::session& s, std::int64_t customer_id) {
  s.execute("DELETE FROM postponed_mail WHERE customer_id = ?", customer_id);
}

std::int64_t count_postponed(db::session& s) {
  return s.query("SELECT COUNT(*) FROM postponed_mail WHERE next_try IS NOT NULL").front().integer(0);
}

void remember_deleted(db::session& s, std::int64_t customer_id) {
  s.execute(
      "INSERT INTO deleted_customer (id, deleted_at) VALUES (?, UTC_TIMESTAMP(6)) "
      "ON DUPLICATE KEY UPDATE id = id",
      customer_id);
}

bool is_deleted(db::session& s, std::int64_t customer_id) {
  return s.query_one("SELECT 1 FROM deleted_customer WHERE id = ? LOCK IN SHARE MODE", customer_id)
      .has_value();
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
