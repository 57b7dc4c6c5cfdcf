// scripted_server: a TCP server on a free loopback port that answers each HTTP request with the bytes its
// script gives, so that a test can be any upstream, broken ones included. It remembers what it was asked.
// Thread-safe; the script is called on the server's threads, one for each connection.
#pragma once

#include "common/http/message.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace mercat::test {

struct seen_request {
  std::string method;
  std::string target;
  http::fields headers;
  std::string body;
  int connection = 0;  // counted from 1
};

class scripted_server {
 public:
  // The bytes to answer with; empty: close without an answer; nothing: keep silent.
  using script = std::function<std::optional<std::string>(const seen_request&)>;

  explicit scripted_server(script answers);
  ~scripted_server();

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::vector<seen_request> seen() const;
  [[nodiscard]] int connections() const noexcept { return connections_; }

 private:
  void accept_all();
  void serve(int socket, int connection);

  script answers_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  mutable std::mutex mutex_;
  bool closing_ = false;
  std::vector<int> sockets_;
  std::vector<seen_request> seen_;
  std::vector<std::thread> workers_;
  std::thread acceptor_;
};

// A complete answer that echoes the request's hop id, as our services do.
[[nodiscard]] std::string answer_to(const seen_request& asked, int status, const std::string& body,
                                    const std::string& more_headers = {},
                                    const std::string& content_type = "application/json");

}  // namespace mercat::test
