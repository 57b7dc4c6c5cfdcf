#include "tests/support/broker_user.hpp"

#include <amqp.h>
#include <amqp_tcp_socket.h>

#include <stdexcept>
#include <string_view>

namespace mercat::test {

namespace {

amqp_bytes_t bytes(const std::string& text) {
  return {text.size(), const_cast<char*>(text.data())};
}

std::string refusal_of(const amqp_rpc_reply_t& reply) {
  if (reply.reply_type == AMQP_RESPONSE_NORMAL) return {};
  if (reply.reply_type != AMQP_RESPONSE_SERVER_EXCEPTION) return amqp_error_string2(reply.library_error);
  if (reply.reply.id != AMQP_CHANNEL_CLOSE_METHOD) return "the broker closed the connection";
  const auto* closed = static_cast<const amqp_channel_close_t*>(reply.reply.decoded);
  return {static_cast<const char*>(closed->reply_text.bytes), closed->reply_text.len};
}

}  // namespace

void broker_user::close_connection::operator()(amqp_connection_state_t_* link) const {
  amqp_connection_close(link, AMQP_REPLY_SUCCESS);
  amqp_destroy_connection(link);
}

broker_user::broker_user(const login& who) : link_(amqp_new_connection()) {
  auto* socket = amqp_tcp_socket_new(link_.get());
  if (socket == nullptr || amqp_socket_open(socket, who.host.c_str(), who.port) != AMQP_STATUS_OK)
    throw std::runtime_error("no broker at port " + std::to_string(who.port));
  const auto reply =
      amqp_login(link_.get(), who.vhost.c_str(), AMQP_DEFAULT_MAX_CHANNELS, AMQP_DEFAULT_FRAME_SIZE, 0,
                 AMQP_SASL_METHOD_PLAIN, who.user.c_str(), who.password.c_str());
  if (reply.reply_type != AMQP_RESPONSE_NORMAL)
    throw std::runtime_error(who.user + " cannot log in: " + refusal_of(reply));
}

template <class Attempt>
std::string broker_user::on_fresh_channel(Attempt attempt) {
  ++channel_;
  amqp_channel_open(link_.get(), channel_);
  attempt(channel_);
  const auto refusal = refusal_of(amqp_get_rpc_reply(link_.get()));
  if (refusal.empty()) {
    amqp_channel_close(link_.get(), channel_, AMQP_REPLY_SUCCESS);
  } else {
    amqp_channel_close_ok_t answer{};
    amqp_send_method(link_.get(), channel_, AMQP_CHANNEL_CLOSE_OK_METHOD, &answer);
  }
  amqp_maybe_release_buffers(link_.get());
  return refusal;
}

std::string broker_user::declare_exclusive_queue(const std::string& name) {
  return on_fresh_channel([&](std::uint16_t channel) {
    amqp_queue_declare(link_.get(), channel, bytes(name), 0, 0, 1, 1, amqp_empty_table);
  });
}

std::string broker_user::declare_exchange(const std::string& name) {
  return on_fresh_channel([&](std::uint16_t channel) {
    amqp_exchange_declare(link_.get(), channel, bytes(name), amqp_cstring_bytes("topic"), 0, 0, 1, 0,
                          amqp_empty_table);
  });
}

std::string broker_user::bind(const std::string& queue, const std::string& exchange, const std::string& key) {
  return on_fresh_channel([&](std::uint16_t channel) {
    amqp_queue_bind(link_.get(), channel, bytes(queue), bytes(exchange), bytes(key), amqp_empty_table);
  });
}

// A publish is not answered: a refusal meets the next question on the channel.
std::string broker_user::publish(const std::string& exchange, const std::string& key) {
  return on_fresh_channel([&](std::uint16_t channel) {
    amqp_basic_publish(link_.get(), channel, bytes(exchange), bytes(key), 0, 0, nullptr, amqp_empty_bytes);
    amqp_basic_qos(link_.get(), channel, 0, 1, 0);
  });
}

std::string broker_user::consume(const std::string& queue) {
  return on_fresh_channel([&](std::uint16_t channel) {
    amqp_basic_consume(link_.get(), channel, bytes(queue), amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
  });
}

std::string broker_user::purge(const std::string& queue) {
  return on_fresh_channel(
      [&](std::uint16_t channel) { amqp_queue_purge(link_.get(), channel, bytes(queue)); });
}

std::string broker_user::remove_queue(const std::string& name) {
  return on_fresh_channel(
      [&](std::uint16_t channel) { amqp_queue_delete(link_.get(), channel, bytes(name), 0, 0); });
}

}  // namespace mercat::test
