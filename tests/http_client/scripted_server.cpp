#include "tests/http_client/scripted_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace mercat::test {

namespace {

// One request cut from the front of what has arrived, or nothing yet.
std::optional<seen_request> take_request(std::string& arrived) {
  const auto head_end = arrived.find("\r\n\r\n");
  if (head_end == std::string::npos) return std::nullopt;
  seen_request request;
  const auto line_end = arrived.find("\r\n");
  const auto first_space = arrived.find(' ');
  const auto second_space = arrived.find(' ', first_space + 1);
  request.method = arrived.substr(0, first_space);
  request.target = arrived.substr(first_space + 1, second_space - first_space - 1);
  for (auto at = line_end + 2; at < head_end;) {
    const auto end = arrived.find("\r\n", at);
    const auto colon = arrived.find(':', at);
    request.headers.add(arrived.substr(at, colon - at), arrived.substr(colon + 2, end - colon - 2));
    at = end + 2;
  }
  const auto length = request.headers.get("Content-Length");
  const std::size_t body_size = length.empty() ? 0 : std::stoul(std::string{length});
  if (arrived.size() < head_end + 4 + body_size) return std::nullopt;
  request.body = arrived.substr(head_end + 4, body_size);
  arrived.erase(0, head_end + 4 + body_size);
  return request;
}

bool send_all(int socket, const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const auto now = ::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (now <= 0) return false;
    sent += static_cast<std::size_t>(now);
  }
  return true;
}

}  // namespace

scripted_server::scripted_server(script answers) : answers_(std::move(answers)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 512) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no loopback port to listen on");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

scripted_server::~scripted_server() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
  }
  acceptor_.join();
  for (auto& worker : workers_) worker.join();
  for (const int socket : sockets_) ::close(socket);
  ::close(listener_);
}

std::string scripted_server::url() const {
  return "http://127.0.0.1:" + std::to_string(port_);
}

std::vector<seen_request> scripted_server::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

void scripted_server::accept_all() {
  for (;;) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const std::lock_guard lock(mutex_);
    if (closing_) {
      ::close(socket);
      return;
    }
    sockets_.push_back(socket);
    workers_.emplace_back([this, socket, connection = ++connections_] { serve(socket, connection); });
  }
}

// The socket is closed at the end of the server only: its number stays taken until then.
void scripted_server::serve(int socket, int connection) {
  std::string arrived;
  char buffer[16 * 1024];
  for (;;) {
    const auto size = ::recv(socket, buffer, sizeof buffer, 0);
    if (size <= 0) return;
    arrived.append(buffer, static_cast<std::size_t>(size));
    while (auto request = take_request(arrived)) {
      request->connection = connection;
      {
        const std::lock_guard lock(mutex_);
        seen_.push_back(*request);
      }
      const auto answer = answers_(*request);
      if (answer && (answer->empty() || !send_all(socket, *answer))) {
        ::shutdown(socket, SHUT_RDWR);
        return;
      }
    }
  }
}

std::string answer_to(const seen_request& asked, int status, const std::string& body,
                      const std::string& more_headers, const std::string& content_type) {
  return "HTTP/1.1 " + std::to_string(status) +
         " Whatever\r\nX-Hop-Id: " + std::string{asked.headers.get("X-Hop-Id")} +
         "\r\nContent-Type: " + content_type + "\r\n" + more_headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         (asked.method == "HEAD" ? std::string{} : body);
}

}  // namespace mercat::test
