#include "tests/crm_mailer/scripted_smtp_server.hpp"

#include <algorithm>
#include <array>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace mercat::test {

namespace {

// Lines of a socket, without their CRLF.
class line_reader {
 public:
  explicit line_reader(int socket) : socket_(socket) {}

  std::optional<std::string> next() {
    for (;;) {
      if (const auto end = buffered_.find("\r\n"); end != std::string::npos) {
        auto line = buffered_.substr(0, end);
        buffered_.erase(0, end + 2);
        return line;
      }
      std::array<char, 4096> bytes{};
      const auto count = ::recv(socket_, bytes.data(), bytes.size(), 0);
      if (count <= 0) return std::nullopt;
      buffered_.append(bytes.data(), static_cast<std::size_t>(count));
    }
  }

 private:
  int socket_;
  std::string buffered_;
};

void say(int socket, const std::string& reply) {
  if (reply.empty()) return;
  const auto line = reply + "\r\n";
  static_cast<void>(::send(socket, line.data(), line.size(), MSG_NOSIGNAL));
}

std::string in_brackets(const std::string& line) {
  const auto open = line.find('<');
  return line.substr(open + 1, line.find('>') - open - 1);
}

// Up to the line with the dot alone; nothing when the client went away before.
std::optional<std::string> read_message(line_reader& lines) {
  std::string message;
  while (auto line = lines.next()) {
    if (*line == ".") return message;
    if (line->starts_with('.')) line->erase(0, 1);
    message += *line + "\r\n";
  }
  return std::nullopt;
}

}  // namespace

scripted_smtp_server::scripted_smtp_server(script answers) : answers_(std::move(answers)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no port for the SMTP server of a test");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

scripted_smtp_server::~scripted_smtp_server() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    for (const int each : sockets_) ::shutdown(each, SHUT_RDWR);
  }
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (auto& each : workers_) each.join();
  for (const int each : sockets_) ::close(each);
  ::close(listener_);
}

std::string scripted_smtp_server::url() const {
  return "smtp://127.0.0.1:" + std::to_string(port_);
}

std::vector<taken_mail> scripted_smtp_server::taken() const {
  const std::lock_guard lock(mutex_);
  return taken_;
}

int scripted_smtp_server::commands(std::string_view verb) const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(std::ranges::count_if(said_, [&](auto& line) { return line.starts_with(verb); }));
}

void scripted_smtp_server::accept_all() {
  for (;;) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard lock(mutex_);
    if (socket < 0 || closing_) {
      if (socket >= 0) ::close(socket);
      return;
    }
    ++connections_;
    sockets_.push_back(socket);
    workers_.emplace_back([this, socket] { serve(socket); });
  }
}

std::string scripted_smtp_server::reply_to(const std::string& line) const {
  if (answers_) {
    if (auto scripted = answers_(line)) return *scripted;
  }
  if (line == "DATA") return "354 go ahead";
  if (line == "QUIT") return "221 bye";
  return "250 ok";
}

void scripted_smtp_server::serve(int socket) {
  line_reader lines(socket);
  taken_mail mail;
  say(socket, answers_ ? answers_("").value_or("220 ready") : "220 ready");
  while (const auto line = lines.next()) {
    {
      const std::lock_guard lock(mutex_);
      said_.push_back(*line);
    }
    auto reply = reply_to(*line);
    if (line->starts_with("MAIL ")) mail = {in_brackets(*line), {}, {}};
    if (line->starts_with("RCPT ")) mail.to.push_back(in_brackets(*line));
    if (*line == "DATA" && reply.starts_with("354")) {
      say(socket, reply);
      auto message = read_message(lines);
      if (!message) return;
      mail.message = std::move(*message);
      reply = reply_to(".");
      const std::lock_guard lock(mutex_);
      if (reply.starts_with("250")) taken_.push_back(mail);
    }
    say(socket, reply);
    if (*line == "QUIT") {
      ::shutdown(socket, SHUT_RDWR);
      return;
    }
  }
}

}  // namespace mercat::test
