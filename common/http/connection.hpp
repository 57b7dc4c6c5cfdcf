// connection: the state of one client connection. Touched by the reactor thread that owns it, only.
#pragma once

#include "common/http/exchange.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace Pistache::Tcp {
class Peer;
}

namespace mercat::http {

struct connection {
  int descriptor = -1;
  std::uint64_t id = 0;    // never reused, as the descriptor is
  std::uint64_t turn = 0;  // of the reactor, in which it was adopted
  std::shared_ptr<Pistache::Tcp::Peer> peer;

  bool open = true;
  bool serving = false;    // its bytes are being worked on further up the stack
  bool receiving = false;  // a part of a request is here
  bool unread = false;     // the socket may have more bytes: readiness is told once per change
  bool probed = false;     // looked for an end of stream since it went idle
  bool writable_wanted = false;
  bool closing = false;    // the last answer has been given
  bool lingering = false;  // all is written; what still comes in is thrown away until the client closes

  std::string input;                              // bytes not yet used
  std::string output;                             // bytes the socket did not take yet
  std::size_t written = 0;                        // of output
  std::size_t discarded = 0;                      // while lingering
  std::unique_ptr<exchange> pending;              // head complete, body not yet
  exchange* current = nullptr;                    // a handler works on it; owned by the handler's completion
  std::chrono::steady_clock::time_point limit{};  // of what it is waiting for

  // The next request may be looked at: the answer before has left.
  [[nodiscard]] bool ready() const noexcept {
    return open && !closing && !lingering && current == nullptr && output.empty();
  }
};

}  // namespace mercat::http
