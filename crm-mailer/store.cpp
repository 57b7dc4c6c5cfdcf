#include "crm-mailer/store.hpp"

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

void remember_deleted(db::session& s, std::int64_t customer_id) {
  s.execute(
      "INSERT INTO deleted_customer (id, deleted_at) VALUES (?, UTC_TIMESTAMP(6)) "
      "ON DUPLICATE KEY UPDATE id = id",
      customer_id);
}

}  // namespace mercat::crm_mailer::store
