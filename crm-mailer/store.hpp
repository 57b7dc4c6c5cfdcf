// The crm schema: all SQL of this service. No address is stored but in the event of a mail that the mail
// server has postponed, while it waits.
#pragma once

#include "common/db/session.hpp"
#include "common/messaging/event.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace mercat::crm_mailer::store {

// false: this event's mail went out already, or the customer is deleted.
[[nodiscard]] bool may_send(db::session& s, std::string_view event_id, std::int64_t customer_id);
void remember_sent(db::session& s, std::string_view event_id, std::int64_t customer_id,
                   std::string_view kind);

// From now on this event's mail waits here, until the next try in `pause`. The first time it was postponed is
// kept.
void put_off(db::session& s, const messaging::event& event, std::int64_t customer_id,
             std::chrono::milliseconds pause);
[[nodiscard]] bool waits(db::session& s, std::string_view event_id);

struct postponed_mail {
  messaging::event event;
  std::int64_t customer_id = 0;
  std::chrono::milliseconds since_first{0};  // it was postponed for the first time so long ago
  db::sql_time claimed_until{};
};
// The one whose next try is due for the longest time, for this caller alone until the lease is over.
[[nodiscard]] std::optional<postponed_mail> claim_postponed(db::session& s, std::chrono::milliseconds lease);
// Its next try is in `pause`; nothing happens when the lease was over and another has it.
void put_back(db::session& s, const postponed_mail& item, std::chrono::milliseconds pause);
void forget_postponed(db::session& s, std::string_view event_id);
void forget_postponed_of(db::session& s, std::int64_t customer_id);
[[nodiscard]] std::int64_t count_postponed(db::session& s);

void remember_deleted(db::session& s, std::int64_t customer_id);
// Waits for a transaction that is just remembering it.
[[nodiscard]] bool is_deleted(db::session& s, std::int64_t customer_id);
// Which of these customers are deleted?
[[nodiscard]] std::vector<std::int64_t> deleted_among(db::session& s, std::span<const std::int64_t> ids);

}  // namespace mercat::crm_mailer::store
