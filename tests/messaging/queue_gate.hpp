// queue_gate: a TCP relay on loopback between one AMQP client and its broker that can keep a client's queue
// from being declared while its other channels work: channels are independent of each other (AMQP 0-9-1,
// section 2.3.5), so a broker may come to them in any order, with any time between. Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace mercat::test {

class queue_gate {
 public:
  // Listens on a free port of 127.0.0.1. One connection at a time passes.
  queue_gate(std::string broker_host, std::uint16_t broker_port);
  ~queue_gate();
  queue_gate(const queue_gate&) = delete;
  queue_gate& operator=(const queue_gate&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept;

  // Breaks the connection. On the next one, what the client says on a channel waits from queue.declare on.
  void break_and_hold_queues();
  [[nodiscard]] std::size_t held() const noexcept;  // frames
  void release();                                   // what waits goes on, in order

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace mercat::test
