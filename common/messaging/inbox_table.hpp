// The SQL of table inbox: which messages have had their effect, and how often handling one has begun without
// an end. Every function is for the inside of a unit of work.
#pragma once

#include "common/db/session.hpp"
#include "common/messaging/event.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace mercat::messaging {

[[nodiscard]] bool was_processed(db::session& s, std::string_view message_id);

struct attempts {
  std::int64_t begun = 0;
  bool processed = false;
};
// Another attempt begins; a process that dies in it leaves it counted.
[[nodiscard]] attempts begin_attempt(db::session& s, const event& item);
// It ended without effect, but alive: it does not count.
void end_attempt(db::session& s, std::string_view message_id);
// It is given up: nothing is remembered of it, unless it has had its effect.
void forget_attempts(db::session& s, std::string_view message_id);

// In the transaction of the effect: true when it is this one's to have. Waits for another consumer that has
// the same message in its hands.
[[nodiscard]] bool mark_processed(db::session& s, const event& item);

// Deletes up to `most` of those seen longer than `age` ago; returns how many.
std::uint64_t forget(db::session& s, std::chrono::hours age, std::int64_t most);

// A service that had taken it over gives it up after all: replayed, it is handled as if it came first.
void unmark_processed(db::session& s, std::string_view message_id);

}  // namespace mercat::messaging
