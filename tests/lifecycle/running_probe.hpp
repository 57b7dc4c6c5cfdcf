// The probe as a child process, and the plainest HTTP client there is.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

class running_probe {
 public:
  // variables: "NAME=value", beside nothing: the child's environment is empty else.
  explicit running_probe(std::vector<std::string> variables = {}, std::vector<std::string> arguments = {});
  ~running_probe();  // kills it if it still runs

  // The next line on standard output that contains the text, within 10 s; fails the test otherwise.
  std::string line_with(const std::string& text);
  // Waits for "ready" and learns the ports.
  void wait_until_ready();
  void signal(int number) const;
  // The exit code, or 1000 + the signal that killed it; fails the test after the limit.
  int wait_for_end(std::chrono::seconds limit = std::chrono::seconds{20});
  [[nodiscard]] std::string errors();  // standard error, once it has ended

  std::uint16_t port = 0;
  std::uint16_t private_port = 0;
  std::chrono::milliseconds ready_after{};

 private:
  pid_t pid_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::string unread_;
};

// A keep-alive connection; answers are read to their Content-Length.
class connection {
 public:
  explicit connection(std::uint16_t port);
  ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  void send(const std::string& path) const;
  std::string receive();  // head and body; empty when the server closed
  std::string get(const std::string& path) {
    send(path);
    return receive();
  }
  // Nothing arrives in that time.
  [[nodiscard]] bool silent_for(std::chrono::milliseconds time) const;
  [[nodiscard]] bool connected() const { return descriptor_ >= 0; }

 private:
  int descriptor_ = -1;
};
