// The SQL of table outbox. Every function is for the inside of a unit of work.
#pragma once

#include "common/amqp/publisher.hpp"
#include "common/db/session.hpp"
#include "common/messaging/event.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mercat::messaging {

struct outbox_row {
  std::int64_t id = 0;
  event item;
  int attempts = 0;
  amqp::sent outcome = amqp::sent::unavailable;
};

// Takes up to `most` rows that nobody holds, oldest first, and holds them for `lease`.
[[nodiscard]] std::vector<outbox_row> claim(db::session& s, std::size_t most, std::chrono::seconds lease);

// Writes down what became of claimed rows: confirmed ones go, returned and refused ones wait the longer the
// more often it happened (1 s to 1 min), the others are free again at once.
void settle(db::session& s, const std::vector<outbox_row>& rows);

struct outbox_depth {
  std::int64_t events = 0;
  std::chrono::seconds oldest{0};
};
[[nodiscard]] outbox_depth depth(db::session& s);

}  // namespace mercat::messaging
