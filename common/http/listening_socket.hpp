// The listening socket. Ours and not Pistache's, because Pistache's listener ignores the backlog it is given,
// spins when descriptors run out, and can only stop accepting by ending its reactors too.
#pragma once

#include <cstdint>
#include <string>

namespace mercat::http {

class listening_socket {
 public:
  // Binds and listens, non-blocking; port 0: any free one. Throws std::runtime_error with the remedy.
  listening_socket(const std::string& address, std::uint16_t port);
  ~listening_socket();
  listening_socket(const listening_socket&) = delete;
  listening_socket& operator=(const listening_socket&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

  // A connection, non-blocking and without delay of small packets; -1 with errno otherwise.
  [[nodiscard]] int accept() const noexcept;

  // From now on the kernel refuses whoever asks for a connection, at once, as after close(); but it completes
  // the handshakes that have begun: accept() what is there, then destroy the socket, and no client that was
  // let in is turned away. A client whose SYN the kernel is looking at in this very microsecond may get no
  // answer: TCP asks again after a second, and is then refused. No privilege is needed. false: this kernel
  // cannot do it (before Linux 5.1).
  [[nodiscard]] bool refuse_new() const noexcept;
  // Waits a few milliseconds for one more connection to complete.
  [[nodiscard]] bool another_soon() const noexcept;

 private:
  int descriptor_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace mercat::http
