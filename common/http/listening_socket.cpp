#include "common/http/listening_socket.hpp"

#include <cerrno>
#include <limits>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace mercat::http {

namespace {

constexpr int backlog = 1024;
constexpr int straggler_milliseconds = 5;

[[noreturn]] void fail(const std::string& address, std::uint16_t port, int reason) {
  const auto place = address + " port " + std::to_string(port);
  if (reason == EADDRINUSE) {
    throw std::runtime_error(place + " is in use: stop the other process or choose another port");
  }
  if (reason == EACCES) {
    throw std::runtime_error(place + " is not allowed for this user: choose a port from 1024 on");
  }
  if (reason == EADDRNOTAVAIL) {
    throw std::runtime_error(place + ": this machine has no such address, choose one of its own");
  }
  throw std::runtime_error("cannot listen on " + place + ": " + std::generic_category().message(reason));
}

void set(int descriptor, int level, int option) noexcept {
  const int one = 1;
  ::setsockopt(descriptor, level, option, &one, sizeof one);
}

std::uint16_t bound_port(int descriptor) noexcept {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return address.ss_family == AF_INET6 ? ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port)
                                       : ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

}  // namespace

listening_socket::listening_socket(const std::string& address, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &list) != 0) {
    throw std::runtime_error("cannot listen on '" + address + "': not an address of this machine");
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> found(list, ::freeaddrinfo);
  descriptor_ = ::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor_ < 0) fail(address, port, errno);
  set(descriptor_, SOL_SOCKET, SO_REUSEADDR);
  if (::bind(descriptor_, found->ai_addr, found->ai_addrlen) != 0 || ::listen(descriptor_, backlog) != 0) {
    const int reason = errno;
    ::close(descriptor_);
    fail(address, port, reason);
  }
  port_ = bound_port(descriptor_);
}

listening_socket::~listening_socket() {
  ::close(descriptor_);
}

int listening_socket::accept() const noexcept {
  const int accepted = ::accept4(descriptor_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (accepted >= 0) set(accepted, IPPROTO_TCP, TCP_NODELAY);
  return accepted;
}

bool listening_socket::refuse_new() const noexcept {
  // Bound to a network interface that does not exist, the socket matches no SYN any more, so the kernel
  // answers one as if nobody listened: with RST, at once. A handshake under way has a socket of its own by
  // then.
  constexpr int no_interface = std::numeric_limits<int>::max();
  return ::setsockopt(descriptor_, SOL_SOCKET, SO_BINDTOIFINDEX, &no_interface, sizeof no_interface) == 0;
}

bool listening_socket::another_soon() const noexcept {
  pollfd waiting{descriptor_, POLLIN, 0};
  return ::poll(&waiting, 1, straggler_milliseconds) > 0;
}

}  // namespace mercat::http
