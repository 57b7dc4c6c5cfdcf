// wire: AMQP frames as bytes, encoded and decoded by rabbitmq-c's codec. Nothing here touches a socket but
// output::flush, which never waits. For one thread. Every malformed thing throws amqp::failure.
#pragma once

#include "common/amqp/connection.hpp"

#include <amqp.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace mercat::amqp {

[[nodiscard]] amqp_bytes_t as_bytes(std::string_view text) noexcept;
[[nodiscard]] std::string as_text(amqp_bytes_t bytes);

// Frames waiting to be sent. A publish is complete or absent, never in parts.
class output {
 public:
  enum class outcome { sent, socket_full, broken };  // broken: errno says why

  // More than this unsent means that the broker has not been reading for long: append throws.
  static constexpr std::size_t most_unsent = std::size_t{32} << 20;

  explicit output(std::size_t frame_max) : frame_max_(frame_max) {}

  // arguments: rabbitmq-c's struct of the method; strings in it are copied.
  void method(amqp_channel_t channel, amqp_method_number_t id, void* arguments);
  void publish(amqp_channel_t channel, const publish_options& to, std::string_view body);
  void heartbeat();

  [[nodiscard]] bool empty() const noexcept { return sent_ == bytes_.size(); }
  [[nodiscard]] outcome flush(int socket) noexcept;

 private:
  void frame(std::uint8_t type, amqp_channel_t channel, std::string_view head, std::string_view rest = {});
  void header(amqp_channel_t channel, const publish_options& to, std::size_t body_size);

  std::size_t frame_max_;
  std::string bytes_;
  std::size_t sent_ = 0;
  std::array<char, 8192> scratch_{};
};

// A message on its way in: its method, then its header, then its body in parts.
class assembly {
 public:
  void start(const amqp_basic_deliver_t& method);
  void start(const amqp_basic_return_t& method);
  void header(const amqp_frame_t& frame);
  void body(const amqp_frame_t& frame);

  [[nodiscard]] bool complete() const noexcept { return stage_ == stage::complete; }
  [[nodiscard]] bool returned() const noexcept { return returned_; }
  [[nodiscard]] message take();

 private:
  enum class stage { idle, header, body, complete };
  void begin(bool returned);

  stage stage_ = stage::idle;
  bool returned_ = false;
  std::size_t wanted_ = 0;
  message message_;
};

}  // namespace mercat::amqp
