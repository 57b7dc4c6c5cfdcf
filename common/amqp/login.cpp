#include "common/amqp/login.hpp"

#include "common/amqp/wire.hpp"

#include <amqp_framing.h>
#include <amqp_tcp_socket.h>

#include <algorithm>
#include <array>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace mercat::amqp {

namespace {

constexpr int frame_max = 131072;
constexpr timeval patience{2, 0};

amqp_table_entry_t flag(std::string_view name) {
  amqp_table_entry_t entry{};
  entry.key = as_bytes(name);
  entry.value.kind = AMQP_FIELD_KIND_BOOLEAN;
  entry.value.value.boolean = 1;
  return entry;
}

std::string words_of(const amqp_rpc_reply_t& reply) {
  if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION) return amqp_error_string2(reply.library_error);
  if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION && reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD) {
    return as_text(static_cast<const amqp_connection_close_t*>(reply.reply.decoded)->reply_text);
  }
  return "an unexpected answer";
}

// Unacknowledged data, or a window that stays shut, ends the connection after as long as missing heartbeats.
void watch_transmission(int socket, std::chrono::seconds heartbeat) {
  const unsigned milliseconds = static_cast<unsigned>(heartbeat.count()) * 2000U;
  ::setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

library_connection log_in(const connection_options& options) {
  library_connection made{amqp_new_connection()};
  if (!made) throw failure("no memory for a connection");
  amqp_socket_t* socket = amqp_tcp_socket_new(made.get());
  if (socket == nullptr) throw failure("no memory for a socket");
  const int opened = amqp_socket_open_noblock(socket, options.host.c_str(), options.port, &patience);
  if (opened != AMQP_STATUS_OK) throw failure(std::string{"connect: "} + amqp_error_string2(opened));
  const auto heartbeat = std::max(options.heartbeat, std::chrono::seconds{1});
  watch_transmission(amqp_get_sockfd(made.get()), heartbeat);
  amqp_set_handshake_timeout(made.get(), &patience);

  std::array<amqp_table_entry_t, 2> capabilities{flag("connection.blocked"), flag("consumer_cancel_notify")};
  std::array<amqp_table_entry_t, 2> properties{};
  properties[0].key = as_bytes("connection_name");
  properties[0].value.kind = AMQP_FIELD_KIND_UTF8;
  properties[0].value.value.bytes = as_bytes(options.name);
  properties[1].key = as_bytes("capabilities");
  properties[1].value.kind = AMQP_FIELD_KIND_TABLE;
  properties[1].value.value.table = {static_cast<int>(capabilities.size()), capabilities.data()};
  const amqp_table_t table{static_cast<int>(properties.size()), properties.data()};
  const auto reply = amqp_login_with_properties(
      made.get(), options.vhost.c_str(), 0, frame_max, static_cast<int>(heartbeat.count()), &table,
      AMQP_SASL_METHOD_PLAIN, options.user.c_str(), options.password.c_str());
  if (reply.reply_type != AMQP_RESPONSE_NORMAL) throw failure("login: " + words_of(reply));

  // From here on the library must not write to the socket by itself.
  const int tuned =
      amqp_tune_connection(made.get(), amqp_get_channel_max(made.get()), amqp_get_frame_max(made.get()), 0);
  if (tuned != AMQP_STATUS_OK) throw failure("no memory for frames");
  return made;
}

}  // namespace mercat::amqp
