// channel_of_session: a channel as its user sees it, writing into a live session.
#pragma once

#include "common/amqp/connection.hpp"
#include "common/amqp/session.hpp"

namespace mercat::amqp {

class channel_of_session final : public channel {
 public:
  channel_of_session(session& live, amqp_channel_t number) : live_(&live), number_(number) {}

  void open();
  void close();
  // The session is gone: from now on every function throws.
  void invalidate() noexcept { live_ = nullptr; }

  void publish(const publish_options& to, std::string_view body) override;
  void select_confirms() override;
  void qos(std::uint16_t prefetch) override;
  void declare_queue(std::string_view name, bool durable, bool exclusive, bool auto_delete) override;
  void bind_queue(std::string_view queue, std::string_view exchange, std::string_view key) override;
  void consume(std::string_view queue, bool no_ack) override;
  void cancel() override;
  void ack(std::uint64_t delivery_tag) override;
  void reject(std::uint64_t delivery_tag) override;

 private:
  output& out();

  session* live_;
  amqp_channel_t number_;
};

}  // namespace mercat::amqp
