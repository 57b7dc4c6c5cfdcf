// A client that sends exactly the bytes it is given, also wrong ones, and reads answers strictly. Blocking,
// with a limit on every wait.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace mercat::tests {

struct raw_answer {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case; a name sent twice is joined with ", "
  std::string body;

  [[nodiscard]] std::string header(const std::string& name) const;
};

class raw_client {
 public:
  // receive_buffer: bytes of the socket's receive buffer, 0 for the system's default.
  explicit raw_client(std::uint16_t port, int receive_buffer = 0);
  ~raw_client();
  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;

  // Errors are ignored: the server may have closed already, which is for the reading side to find out.
  void send(std::string_view bytes) const;
  void half_close() const;
  // Closes with a reset instead of an orderly end.
  void reset();

  // The next answer; nothing when the connection ends or the limit passes first. head: has no body.
  [[nodiscard]] std::optional<raw_answer> read(bool head = false,
                                               std::chrono::milliseconds limit = std::chrono::seconds(5));
  // Sends and reads.
  [[nodiscard]] raw_answer ask(std::string_view bytes, bool head = false);
  // The server ends the connection within the limit; unread bytes are thrown away.
  [[nodiscard]] bool ended(std::chrono::milliseconds limit = std::chrono::seconds(5));
  // Nothing arrives within the limit.
  [[nodiscard]] bool silent(std::chrono::milliseconds limit);
  // Everything that arrives until the end of the connection.
  [[nodiscard]] std::string read_all(std::chrono::milliseconds limit = std::chrono::seconds(5));

 private:
  enum class arrival { bytes, end, nothing };
  arrival more(std::chrono::steady_clock::time_point until);

  int descriptor_ = -1;
  std::string buffer_;
};

// "GET <target> HTTP/1.1" with Host and the given header lines, each ended by CRLF.
[[nodiscard]] std::string get(std::string_view target, std::string_view headers = {});
[[nodiscard]] std::string post(std::string_view target, std::string_view body, std::string_view headers = {});

// True when the connection is refused (nobody listens).
[[nodiscard]] bool connection_refused(std::uint16_t port);

}  // namespace mercat::tests
