// gate_stream: bytes on their way through a tcp_gate in one direction, each piece due at its time.
#pragma once

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <sys/socket.h>

namespace mercat::test {

struct gate_stream {
  struct piece {
    std::chrono::steady_clock::time_point due;
    std::string bytes;
  };
  std::deque<piece> pieces;
  std::size_t buffered = 0;

  void add(std::string_view bytes, std::chrono::steady_clock::time_point due) {
    pieces.push_back({due, std::string{bytes}});
    buffered += bytes.size();
  }
  [[nodiscard]] bool due(std::chrono::steady_clock::time_point now) const {
    return !pieces.empty() && pieces.front().due <= now;
  }
  // false: the receiver is gone
  bool write_due(int socket, std::chrono::steady_clock::time_point now) {
    while (due(now)) {
      auto& first = pieces.front().bytes;
      const auto sent = ::send(socket, first.data(), first.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0) return errno == EAGAIN || errno == EINTR;
      buffered -= static_cast<std::size_t>(sent);
      first.erase(0, static_cast<std::size_t>(sent));
      if (!first.empty()) return true;
      pieces.pop_front();
    }
    return true;
  }
};

}  // namespace mercat::test
