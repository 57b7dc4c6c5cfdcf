// The transport's bytes: reading, writing, and the slow end of a connection.
#include "common/http/transport.hpp"

#include <cerrno>
#include <sys/socket.h>

namespace mercat::http {

namespace {

using Pistache::Polling::NotifyOn;

constexpr std::chrono::seconds linger_time{2};
constexpr std::size_t linger_bytes = 16 * 1024 * 1024;
constexpr int discards_per_turn = 16;
constexpr std::size_t kept_scratch = 256 * 1024;

enum class sending { complete, blocked, broken };

// Sends until the socket takes no more; `sent` grows.
sending send_from(int descriptor, std::string_view bytes, std::size_t& sent) noexcept {
  while (sent < bytes.size()) {
    const auto count = ::send(descriptor, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count >= 0) {
      sent += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return sending::blocked;
    } else if (errno != EINTR) {
      return sending::broken;
    }
  }
  return sending::complete;
}

}  // namespace

void transport::receive(connection& client) {
  client.unread = false;
  const auto count = ::recv(client.descriptor, received_.data(), received_.size(), 0);
  if (count < 0) {
    if (errno == EINTR) return again(client);
    if (errno != EAGAIN && errno != EWOULDBLOCK) drop(client);
    return;
  }
  if (count == 0) return drop(client);  // nothing is owed: a request in the making can never be completed
  client.probed = false;
  consume(client, {received_.data(), static_cast<std::size_t>(count)});
  // Less than asked for: the socket is empty, and the next byte is told again.
  if (static_cast<std::size_t>(count) == received_.size()) again(client);
}

// More may be waiting, but other connections come first.
void transport::again(connection& client) {
  if (!client.open || client.lingering) return;
  client.unread = true;
  if (!client.ready()) return;  // the end of the answer comes back to it
  post([this, descriptor = client.descriptor, id = client.id] {
    auto* same = find(descriptor);
    if (same != nullptr && same->id == id) advance(*same);
  });
}

void transport::write(connection& client, std::string_view bytes) {
  if (!client.output.empty()) {
    client.output.append(bytes);
    return;
  }
  std::size_t sent = 0;
  const auto result = send_from(client.descriptor, bytes, sent);
  if (result == sending::broken) return drop(client);
  if (result == sending::complete) return;
  client.output.assign(bytes.substr(sent));
  client.written = 0;
  client.limit = now_ + core_->options.head_timeout;
  if (client.writable_wanted) return;
  // Once per connection at most: edges of writability are told only after the socket was full.
  client.writable_wanted = true;
  reactor()->modifyFd(key(), client.descriptor, NotifyOn::Read | NotifyOn::Write | NotifyOn::Shutdown,
                      Pistache::Polling::Mode::Edge);
}

void transport::flush_rest(connection& client) {
  const auto before = client.written;
  const auto result = send_from(client.descriptor, client.output, client.written);
  if (result == sending::broken) return drop(client);
  if (client.written != before) client.limit = now_ + core_->options.head_timeout;
  if (result == sending::blocked) return;
  client.output = {};
  client.written = 0;
  flushed(client);
  advance(client);
}

void transport::flushed(connection& client) {
  if (scratch_.capacity() > kept_scratch) scratch_ = {};
  if (client.closing) return linger(client);
  client.limit = now_ + core_->options.idle_timeout;
  client.probed = false;
}

// Closing at once would reset the connection when the client still sends, and the answer with it.
void transport::linger(connection& client) {
  client.lingering = true;
  client.input = {};
  client.pending.reset();
  client.limit = now_ + linger_time;
  ::shutdown(client.descriptor, SHUT_WR);
  discard(client);
}

void transport::discard(connection& client) {
  for (int i = 0; i < discards_per_turn; ++i) {
    const auto count = ::recv(client.descriptor, received_.data(), received_.size(), 0);
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return drop(client);
    client.discarded += static_cast<std::size_t>(count);
    if (client.discarded > linger_bytes) return drop(client);
  }
  post([this, descriptor = client.descriptor, id = client.id] {
    auto* same = find(descriptor);
    if (same != nullptr && same->id == id) discard(*same);
  });
}

}  // namespace mercat::http
