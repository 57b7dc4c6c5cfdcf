// queue_sieve: takes chosen messages out of a queue and leaves the others where and as they were.
//
// sift() consumes all that waits, acknowledges what is picked and closes its connection, which gives the rest
// back in its order (basic.nack would put it to the end of a quorum queue); so does a crash. Another
// consumer's end is waited for, 2 s at most; what one holds then is not seen: sift again later. At most
// 10,000 messages of one queue are looked at. A very busy quorum queue may say that it is empty: for what
// must be found, sift more than once.
//
// Blocks, for at most about `limit`: for a thread of one's own. The connection is made for the occasion and
// nothing is published on it, so a broker's alarm does not stop it.
#pragma once

#include "common/amqp/connection.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <set>
#include <stop_token>
#include <string>

namespace mercat::amqp {

struct sieve {
  // Called with every message: a mark, or nothing for one that stays in any case. Must not throw.
  std::function<std::string(const message&)> mark;
  // Called once with all marks that were given, unless there are none: which are to be taken out? What it
  // throws ends sift(), and every message stays.
  std::function<std::set<std::string>(const std::set<std::string>&)> pick;
};

struct sifted {
  std::size_t seen = 0;
  std::size_t taken_out = 0;
  bool whole = true;     // false: there was more than could be looked at
  bool all_came = true;  // false: fewer came than were counted, somebody else has them
};

// Throws failure when the broker is not there, refuses or is too slow, and when it is stopped: then some of
// the picked messages may still be in the queue.
[[nodiscard]] sifted sift(const connection_options& broker, const std::string& queue, const sieve& through,
                          std::chrono::milliseconds limit, const std::stop_token& stop);

}  // namespace mercat::amqp
