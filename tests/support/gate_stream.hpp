// gate_stream: bytes on their way through a tcp_gate in one direction, each piece due at its time;
// and the address of either end.
#pragma once

#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>

namespace mercat::test {

inline sockaddr_in address(const std::string& host, std::uint16_t port) {
  sockaddr_in made{};
  made.sin_family = AF_INET;
  made.sin_port = htons(port);
  if (::inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host.c_str(), &made.sin_addr) != 1) {
    throw std::runtime_error("tcp_gate wants an IPv4 address");
  }
  return made;
}

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
