#include "common/amqp/channel_of_session.hpp"

#include <amqp_framing.h>

namespace mercat::amqp {

namespace {
// One consumer per channel, so one tag does for all.
constexpr std::string_view consumer_tag = "consumer";
}  // namespace

output& channel_of_session::out() {
  if (live_ == nullptr) throw failure("the channel is closed");
  return live_->out();
}

void channel_of_session::open() {
  amqp_channel_open_t arguments{};
  out().method(number_, AMQP_CHANNEL_OPEN_METHOD, &arguments);
}

void channel_of_session::close() {
  amqp_channel_close_t arguments{};
  arguments.reply_code = AMQP_REPLY_SUCCESS;
  out().method(number_, AMQP_CHANNEL_CLOSE_METHOD, &arguments);
}

void channel_of_session::publish(const publish_options& to, std::string_view body) {
  out().publish(number_, to, body);
}

void channel_of_session::select_confirms() {
  amqp_confirm_select_t arguments{};
  out().method(number_, AMQP_CONFIRM_SELECT_METHOD, &arguments);
}

void channel_of_session::qos(std::uint16_t prefetch) {
  amqp_basic_qos_t arguments{};
  arguments.prefetch_count = prefetch;
  out().method(number_, AMQP_BASIC_QOS_METHOD, &arguments);
}

void channel_of_session::declare_queue(std::string_view name, bool durable, bool exclusive,
                                       bool auto_delete) {
  amqp_queue_declare_t arguments{};
  arguments.queue = as_bytes(name);
  arguments.durable = durable ? 1 : 0;
  arguments.exclusive = exclusive ? 1 : 0;
  arguments.auto_delete = auto_delete ? 1 : 0;
  out().method(number_, AMQP_QUEUE_DECLARE_METHOD, &arguments);
}

void channel_of_session::bind_queue(std::string_view queue, std::string_view exchange, std::string_view key) {
  amqp_queue_bind_t arguments{};
  arguments.queue = as_bytes(queue);
  arguments.exchange = as_bytes(exchange);
  arguments.routing_key = as_bytes(key);
  out().method(number_, AMQP_QUEUE_BIND_METHOD, &arguments);
}

void channel_of_session::consume(std::string_view queue, bool no_ack) {
  amqp_basic_consume_t arguments{};
  arguments.queue = as_bytes(queue);
  arguments.consumer_tag = as_bytes(consumer_tag);
  arguments.no_ack = no_ack ? 1 : 0;
  out().method(number_, AMQP_BASIC_CONSUME_METHOD, &arguments);
}

void channel_of_session::cancel() {
  amqp_basic_cancel_t arguments{};
  arguments.consumer_tag = as_bytes(consumer_tag);
  out().method(number_, AMQP_BASIC_CANCEL_METHOD, &arguments);
}

void channel_of_session::ack(std::uint64_t delivery_tag) {
  amqp_basic_ack_t arguments{};
  arguments.delivery_tag = delivery_tag;
  out().method(number_, AMQP_BASIC_ACK_METHOD, &arguments);
}

void channel_of_session::reject(std::uint64_t delivery_tag) {
  amqp_basic_reject_t arguments{};
  arguments.delivery_tag = delivery_tag;
  out().method(number_, AMQP_BASIC_REJECT_METHOD, &arguments);
}

}  // namespace mercat::amqp
