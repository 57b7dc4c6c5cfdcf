// SIGTERM and SIGINT, read by the process's loop instead of interrupting a thread. Made before any thread:
// threads inherit that both are blocked.
#pragma once

#include "common/async/event_loop.hpp"

#include <functional>
#include <memory>

namespace mercat::lifecycle {

// Blocks them in this thread and all it starts from now on.
void block_signals();

class signal_watch {
 public:
  // received: called on the loop with the signal's number, once for each.
  signal_watch(async::event_loop& loop, std::function<void(int)> received);
  ~signal_watch();

 private:
  struct state;
  async::event_loop& loop_;
  std::unique_ptr<state> state_;
};

}  // namespace mercat::lifecycle
