// The crm schema: all SQL of this service. No address is ever stored.
#pragma once

#include "common/db/session.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace mercat::crm_mailer::store {

// false: this event's mail went out already, or the customer is deleted.
[[nodiscard]] bool may_send(db::session& s, std::string_view event_id, std::int64_t customer_id);
void remember_sent(db::session& s, std::string_view event_id, std::int64_t customer_id,
                   std::string_view kind);

// The mail server has put this event's mail off, again or for the first time: how long ago was that first
// time?
[[nodiscard]] std::chrono::milliseconds postpone(db::session& s, std::string_view event_id);
void forget_postponed(db::session& s, std::string_view event_id);

void remember_deleted(db::session& s, std::int64_t customer_id);
// Which of these customers are deleted?
[[nodiscard]] std::vector<std::int64_t> deleted_among(db::session& s, std::span<const std::int64_t> ids);

}  // namespace mercat::crm_mailer::store
