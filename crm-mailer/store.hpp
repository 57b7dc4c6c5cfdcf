// The crm schema: all SQL of this service. No address is ever stored.
#pragma once

#include "common/db/session.hpp"

#include <cstdint>
#include <string_view>

namespace mercat::crm_mailer::store {

// false: this event's mail went out already, or the customer is deleted.
[[nodiscard]] bool may_send(db::session& s, std::string_view event_id, std::int64_t customer_id);
void remember_sent(db::session& s, std::string_view event_id, std::int64_t customer_id,
                   std::string_view kind);
void remember_deleted(db::session& s, std::int64_t customer_id);

}  // namespace mercat::crm_mailer::store
