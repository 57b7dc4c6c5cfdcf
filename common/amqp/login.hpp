// login: the blocking half of a connection's life, for a thread that may wait: TCP connect, AMQP handshake.
#pragma once

#include "common/amqp/connection.hpp"

#include <amqp.h>

#include <memory>
#include <type_traits>

namespace mercat::amqp {

struct close_library_connection {
  void operator()(amqp_connection_state_t connection) const noexcept { amqp_destroy_connection(connection); }
};
// rabbitmq-c's connection; its end closes the socket.
using library_connection =
    std::unique_ptr<std::remove_pointer_t<amqp_connection_state_t>, close_library_connection>;

// Logged in to the vhost, socket non-blocking, connection.blocked and consumer cancellation announced, the
// library's own heartbeats off (session sends ours; the broker expects them). At most about 2 s for the
// connect and 2 s for the handshake. Throws failure with the broker's or the library's words.
[[nodiscard]] library_connection log_in(const connection_options& options);

}  // namespace mercat::amqp
