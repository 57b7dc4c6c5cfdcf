#include "tests/http/raw_client.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/time.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace mercat::tests {

namespace {

using clock = std::chrono::steady_clock;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

raw_answer head_of(std::string_view text) {
  raw_answer answer;
  const auto line = text.substr(0, text.find("\r\n"));
  if (!line.starts_with("HTTP/1.1 ")) throw std::runtime_error("not an answer: " + std::string(line));
  answer.status = std::stoi(std::string(line.substr(9, 3)));
  text.remove_prefix(std::min(line.size() + 2, text.size()));
  while (!text.empty()) {
    const auto field = text.substr(0, text.find("\r\n"));
    text.remove_prefix(std::min(field.size() + 2, text.size()));
    const auto colon = field.find(": ");
    if (colon == std::string_view::npos) throw std::runtime_error("not a header: " + std::string(field));
    std::string name(field.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    auto& value = answer.headers[name];
    value.append(value.empty() ? "" : ", ").append(field.substr(colon + 2));
  }
  return answer;
}

}  // namespace

std::string raw_answer::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

raw_client::raw_client(std::uint16_t port, int receive_buffer)
    : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const int one = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  const timeval patience{5, 0};  // for connect() too
  ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (receive_buffer > 0) {
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  const auto address = loopback(port);
  if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int reason = errno;
    ::close(descriptor_);
    throw std::system_error(reason, std::generic_category(), "connect");
  }
}

raw_client::~raw_client() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void raw_client::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void raw_client::half_close() const {
  ::shutdown(descriptor_, SHUT_WR);
}

void raw_client::reset() {
  const linger at_once{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(descriptor_);
  descriptor_ = -1;
}

raw_client::arrival raw_client::more(clock::time_point until) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - clock::now()).count();
  pollfd waiting{descriptor_, POLLIN, 0};
  if (::poll(&waiting, 1, static_cast<int>(std::max<long>(left, 0))) <= 0) return arrival::nothing;
  std::array<char, 65536> chunk;
  const auto count = ::recv(descriptor_, chunk.data(), chunk.size(), 0);
  if (count <= 0) return arrival::end;
  buffer_.append(chunk.data(), static_cast<std::size_t>(count));
  return arrival::bytes;
}

std::optional<raw_answer> raw_client::read(bool head, std::chrono::milliseconds limit) {
  const auto until = clock::now() + limit;
  for (;;) {
    if (const auto end = buffer_.find("\r\n\r\n"); end != std::string::npos) {
      auto answer = head_of(std::string_view(buffer_).substr(0, end));
      const auto length = answer.header("content-length");
      const auto size = head || length.empty() ? 0 : std::stoul(length);
      if (buffer_.size() >= end + 4 + size) {
        answer.body = buffer_.substr(end + 4, size);
        buffer_.erase(0, end + 4 + size);
        return answer;
      }
    }
    if (more(until) != arrival::bytes) return std::nullopt;
  }
}

raw_answer raw_client::ask(std::string_view bytes, bool head) {
  send(bytes);
  auto answer = read(head);
  if (!answer) throw std::runtime_error("no answer");
  return *answer;
}

bool raw_client::ended(std::chrono::milliseconds limit) {
  const auto until = clock::now() + limit;
  for (;;) {
    const auto what = more(until);
    if (what != arrival::bytes) return what == arrival::end;
    buffer_.clear();
  }
}

bool raw_client::silent(std::chrono::milliseconds limit) {
  return buffer_.empty() && more(clock::now() + limit) == arrival::nothing;
}

std::string raw_client::read_all(std::chrono::milliseconds limit) {
  const auto until = clock::now() + limit;
  while (more(until) == arrival::bytes) continue;
  return std::exchange(buffer_, {});
}

std::string get(std::string_view target, std::string_view headers) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n" + std::string(headers) + "\r\n";
}

std::string post(std::string_view target, std::string_view body, std::string_view headers) {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(headers) + "\r\n" + std::string(body);
}

bool connection_refused(std::uint16_t port) {
  try {
    const raw_client client(port);
    return false;
  } catch (const std::system_error& failure) {
    return failure.code().value() == ECONNREFUSED;
  }
}

}  // namespace mercat::tests
