// tcp_gate: a TCP relay on loopback between a client and its server, which can be made to misbehave. All
// verbs are thread-safe and hold for present and new connections until pass().
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace mercat::test {

class tcp_gate {
 public:
  enum class way { both, to_server, to_client };

  // Listens on a free port of 127.0.0.1.
  tcp_gate(std::string server_host, std::uint16_t server_port);
  ~tcp_gate();
  tcp_gate(const tcp_gate&) = delete;
  tcp_gate& operator=(const tcp_gate&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept;

  void pass();                                     // no fault any more; what was held goes on
  void drop(way direction = way::both);            // bytes vanish: the peer looks alive to TCP, and is dead
  void hold(way direction = way::both);            // not read any more: buffers fill up, writers wait
  void delay(std::chrono::milliseconds time);      // every piece arrives this much later, in order
  void refuse();                                   // new connections are closed at once
  void close();                                    // present connections are reset; new ones are welcome
  void cut_after(std::size_t bytes);               // each connection is reset after so many bytes more
  void insert_to_clients(std::string_view bytes);  // as if the server had sent them
  // The next connections, so many, on which a client sends these bytes in one piece are reset: before they
  // reach the server, or when the server answers them.
  enum class moment { before_server, before_answer };
  void cut_at(std::string bytes, moment when, int connections);
  [[nodiscard]] int cuts_made() const noexcept;  // since then, until pass()

  [[nodiscard]] std::size_t accepted() const noexcept;  // connections so far
  [[nodiscard]] std::size_t open() const noexcept;      // connections now

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace mercat::test
