#include "tests/security/bearer.hpp"

#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace mercat::security {

std::string path_with_token(const place& where) {
  if (where.name == "shopping" || where.name == "bff-mobile") return "/cart";
  return where.name == "products" ? "/products?limit=1" : "/profile";
}

void try_bearer(group& into, const std::string& name, const std::string& expected, const std::string& token) {
  try_authorization(into, name, expected, "Bearer " + token);
}

void try_authorization(group& into, const std::string& name, const std::string& expected,
                       const std::string& value, const std::string& at_edge) {
  for (const auto& where : places())
    into.try_at(
        where,
        {name, {.path = path_with_token(where), .headers = {{"Authorization", value}}}, expected, at_edge});
}

listener::listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size) != 0 || ::listen(socket_, 64) != 0 ||
      ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("cannot listen");
  port_ = ntohs(address.sin_port);
}

listener::~listener() {
  ::close(socket_);
}

int listener::calls() {
  for (;;) {
    const int one = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (one < 0) return calls_;
    ++calls_;
    ::close(one);
  }
}

}  // namespace mercat::security
