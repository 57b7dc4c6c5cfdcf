// Password hashing: argon2id (RFC 9106), 19 MiB, 2 passes, 1 lane: the OWASP Password Storage Cheat Sheet's
// first choice. 13-16 ms and 19 MiB each, so it runs on a thread of its own, bounded: beyond the bound
// callers get 503 `busy` at once, and a flood of log-ins cannot starve the rest.
#pragma once

#include "common/async/deadline.hpp"
#include "common/async/task.hpp"

#include <memory>
#include <string>

namespace mercat::auth {

struct password_hasher_options {
  std::size_t threads = 1;
  std::size_t max_queued = 32;
};

class password_hasher {
 public:
  explicit password_hasher(password_hasher_options options = {});
  ~password_hasher();

  // The encoded form ("$argon2id$v=19$…") with a random salt. Throws fault::unavailable when the bound is
  // reached, fault::too_slow when its turn does not come before the deadline.
  [[nodiscard]] async::task<std::string> hash(std::string password, async::deadline until);
  // Same bounds. An empty `encoded` (unknown account) costs the same work and is false.
  [[nodiscard]] async::task<bool> matches(std::string password, std::string encoded, async::deadline until);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace mercat::auth
