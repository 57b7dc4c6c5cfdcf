// scripted_smtp_server: an SMTP server on a free loopback port that takes mails, or answers as a test tells
// it to. Thread-safe; the script is called on the server's threads, one for each connection.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace mercat::test {

struct taken_mail {
  std::string from;  // of the envelope
  std::vector<std::string> to;
  std::string message;  // dot-stuffing undone
};

class scripted_smtp_server {
 public:
  // For a command line without its line end, or "." for the end of a mail: the reply without its line end;
  // nothing: the usual one; empty: keep silent.
  using script = std::function<std::optional<std::string>(const std::string&)>;

  explicit scripted_smtp_server(script answers = {});
  ~scripted_smtp_server();
  scripted_smtp_server(const scripted_smtp_server&) = delete;
  scripted_smtp_server& operator=(const scripted_smtp_server&) = delete;

  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::vector<taken_mail> taken() const;  // those answered with 250
  [[nodiscard]] int connections() const noexcept { return connections_; }
  [[nodiscard]] int commands(std::string_view verb) const;  // how often it was said, by its first letters

 private:
  void accept_all();
  void serve(int socket);
  [[nodiscard]] std::string reply_to(const std::string& line) const;

  script answers_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  mutable std::mutex mutex_;
  bool closing_ = false;
  std::vector<int> sockets_;
  std::vector<std::string> said_;
  std::vector<taken_mail> taken_;
  std::vector<std::thread> workers_;
  std::thread acceptor_;
};

}  // namespace mercat::test
