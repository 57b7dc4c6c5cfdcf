// The client side of the abort storm: connections that ask for the echo of a token nobody else ever sends and
// check what comes back, while others ask and hang up.
#pragma once

#include <cstdint>
#include <string>

namespace mercat::tests {

struct storm_plan {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::string prefix = "/hop/";  // the token follows
  std::uint64_t verified = 220'000;
  unsigned threads = 2;
  unsigned askers = 24;       // connections per thread that wait for their answers
  unsigned aborters = 24;     // connections per thread that hang up
  unsigned time_limit = 150;  // seconds, after which the storm ends short of its number
};

struct storm_result {
  std::uint64_t verified = 0;  // answers that were the asker's own
  std::uint64_t wrong = 0;     // somebody else's, or one that nobody asked for
  std::uint64_t stuck = 0;     // no answer within five seconds
  std::uint64_t refused = 0;   // an honest error: 502, 503, 504
  std::uint64_t cut = 0;       // the connection ended before the answer
  std::uint64_t aborted = 0;   // requests whose client hung up
};

[[nodiscard]] storm_result run_storm(const storm_plan& plan);

}  // namespace mercat::tests
