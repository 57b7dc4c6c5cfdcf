#include "common/amqp/session.hpp"

#include <amqp_framing.h>

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <utility>

namespace mercat::amqp {

namespace {

constexpr std::size_t read_size = 65536;
constexpr int reads_per_turn = 16;  // others on the loop get their turn, too

std::string system_words(int code) {
  return std::generic_category().message(code);
}

std::string closed_by_broker(std::string_view what, std::uint16_t code, amqp_bytes_t text) {
  return std::string{what} + " closed by the broker: " + std::to_string(code) + " " + as_text(text);
}

}  // namespace

session::session(struct ev_loop* loop, library_connection library, std::chrono::seconds heartbeat,
                 session_listener& listener)
    : loop_(loop),
      library_(std::move(library)),
      heartbeat_(std::max(heartbeat, std::chrono::seconds{1})),
      listener_(listener),
      socket_(amqp_get_sockfd(library_.get())),
      output_(static_cast<std::size_t>(amqp_get_frame_max(library_.get()))),
      buffer_(read_size),
      last_heard_(std::chrono::steady_clock::now()) {
  ev_io_init(
      &readable_,
      [](struct ev_loop*, ev_io* watcher, int) {
        auto* self = static_cast<session*>(watcher->data);
        self->guarded([self] { self->read_available(); });
      },
      socket_, EV_READ);
  ev_io_init(
      &writable_, [](struct ev_loop*, ev_io* watcher, int) { static_cast<session*>(watcher->data)->flush(); },
      socket_, EV_WRITE);
  const double half = std::chrono::duration<double>(heartbeat_).count() / 2;
  ev_timer_init(
      &heart_,
      [](struct ev_loop*, ev_timer* watcher, int) {
        auto* self = static_cast<session*>(watcher->data);
        self->guarded([self] { self->beat(); });
      },
      half, half);
  ev_prepare_init(&turn_, [](struct ev_loop*, ev_prepare* watcher, int) {
    static_cast<session*>(watcher->data)->end_of_turn();
  });
  readable_.data = writable_.data = heart_.data = turn_.data = this;
}

session::~session() {
  ev_io_stop(loop_, &readable_);
  ev_io_stop(loop_, &writable_);
  ev_timer_stop(loop_, &heart_);
  ev_prepare_stop(loop_, &turn_);
}

template <class Step>
void session::guarded(Step step) noexcept {
  try {
    step();
  } catch (const std::exception& problem) {
    fail(problem.what());
  }
}

void session::start() {
  ev_io_start(loop_, &readable_);
  ev_timer_start(loop_, &heart_);
  // Frames that the library read ahead during the login will never make the socket readable.
  guarded([this] {
    while (!lost_ && (amqp_frames_enqueued(library_.get()) || amqp_data_in_buffer(library_.get()))) {
      amqp_frame_t frame;
      const timeval at_once{0, 0};
      const int result = amqp_simple_wait_frame_noblock(library_.get(), &frame, &at_once);
      if (result == AMQP_STATUS_TIMEOUT) break;
      if (result != AMQP_STATUS_OK) throw failure(amqp_error_string2(result));
      take_frame(frame);
    }
  });
}

output& session::out() {
  if (lost_) throw failure("connection lost: " + reason_);
  if (!ev_is_active(&turn_)) ev_prepare_start(loop_, &turn_);
  return output_;
}

void session::fail(const std::string& reason) noexcept {
  if (std::exchange(lost_, true)) return;
  reason_ = reason;
  ev_io_stop(loop_, &readable_);
  ev_io_stop(loop_, &writable_);
  ev_timer_stop(loop_, &heart_);
  ev_prepare_start(loop_, &turn_);
}

// The only place that tells of the loss: no caller of ours is on the stack here.
void session::end_of_turn() noexcept {
  if (!lost_) flush();
  if (!lost_) {
    ev_prepare_stop(loop_, &turn_);
    return;
  }
  ev_prepare_stop(loop_, &turn_);
  if (!closing_) listener_.on_lost(std::string{reason_});
}

void session::flush() noexcept {
  switch (output_.flush(socket_)) {
    case output::outcome::sent:
      ev_io_stop(loop_, &writable_);
      break;
    case output::outcome::socket_full:
      ev_io_start(loop_, &writable_);
      break;
    case output::outcome::broken:
      fail("write: " + system_words(errno));
      break;
  }
}

void session::beat() {
  // A process that was paused finds its heartbeats in the socket: read before judging.
  read_available();
  if (lost_) return;
  if (std::chrono::steady_clock::now() - last_heard_ > 2 * heartbeat_) throw failure("no heartbeat");
  if (output_.empty()) out().heartbeat();
}

void session::read_available() {
  for (int i = 0; i < reads_per_turn && !lost_; ++i) {
    const auto count = ::recv(socket_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (count < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return;
      throw failure("read: " + system_words(errno));
    }
    if (count == 0) throw failure("closed by the peer");
    last_heard_ = std::chrono::steady_clock::now();
    take_bytes(buffer_.data(), static_cast<std::size_t>(count));
    if (static_cast<std::size_t>(count) < buffer_.size()) return;
  }
}

void session::take_bytes(const char* bytes, std::size_t size) {
  while (size > 0 && !lost_) {
    amqp_frame_t frame;
    const int used = amqp_handle_input(library_.get(), as_bytes({bytes, size}), &frame);
    if (used <= 0) throw failure(used < 0 ? amqp_error_string2(used) : "unreadable input");
    bytes += used;
    size -= static_cast<std::size_t>(used);
    if (frame.frame_type != 0) take_frame(frame);
  }
}

void session::take_frame(const amqp_frame_t& frame) {
  const auto channel = frame.channel;
  if (frame.frame_type == AMQP_FRAME_METHOD) {
    take_method(channel, frame.payload.method);
  } else if (frame.frame_type == AMQP_FRAME_HEADER) {
    assemblies_[channel].header(frame);
    pass_on_if_complete(channel);
  } else if (frame.frame_type == AMQP_FRAME_BODY) {
    assemblies_[channel].body(frame);
    pass_on_if_complete(channel);
  }
  // All that is kept was copied; without this the library's memory only grows.
  amqp_maybe_release_buffers_on_channel(library_.get(), channel);
}

void session::pass_on_if_complete(amqp_channel_t channel) {
  auto& whole = assemblies_[channel];
  if (!whole.complete()) return;
  const bool returned = whole.returned();
  auto item = whole.take();
  if (closing_) return;
  if (returned) {
    listener_.on_returned(channel, std::move(item));
  } else {
    listener_.on_delivered(channel, std::move(item));
  }
}

void session::take_method(amqp_channel_t channel, const amqp_method_t& method) {
  switch (method.id) {
    case AMQP_BASIC_DELIVER_METHOD:
      return assemblies_[channel].start(*static_cast<const amqp_basic_deliver_t*>(method.decoded));
    case AMQP_BASIC_RETURN_METHOD:
      return assemblies_[channel].start(*static_cast<const amqp_basic_return_t*>(method.decoded));
    case AMQP_CONNECTION_CLOSE_OK_METHOD:
      close_confirmed_ = true;
      return;
    case AMQP_CHANNEL_CLOSE_METHOD: {
      const auto& close = *static_cast<const amqp_channel_close_t*>(method.decoded);
      throw failure(closed_by_broker("channel", close.reply_code, close.reply_text));
    }
    case AMQP_CONNECTION_CLOSE_METHOD: {
      const auto& close = *static_cast<const amqp_connection_close_t*>(method.decoded);
      amqp_connection_close_ok_t agreed{};
      out().method(0, AMQP_CONNECTION_CLOSE_OK_METHOD, &agreed);
      flush();
      throw failure(closed_by_broker("connection", close.reply_code, close.reply_text));
    }
    default:
      break;
  }
  if (closing_) return;
  switch (method.id) {
    case AMQP_BASIC_ACK_METHOD: {
      const auto& ack = *static_cast<const amqp_basic_ack_t*>(method.decoded);
      return listener_.on_confirmed(channel, ack.delivery_tag, ack.multiple != 0, true);
    }
    case AMQP_BASIC_NACK_METHOD: {
      const auto& nack = *static_cast<const amqp_basic_nack_t*>(method.decoded);
      return listener_.on_confirmed(channel, nack.delivery_tag, nack.multiple != 0, false);
    }
    case AMQP_BASIC_CANCEL_METHOD:
      throw failure("the broker ended a consumer: its queue is gone");
    case AMQP_BASIC_CONSUME_OK_METHOD:
      return listener_.on_consuming(channel);
    case AMQP_BASIC_CANCEL_OK_METHOD:
      return listener_.on_cancelled(channel);
    case AMQP_CHANNEL_CLOSE_OK_METHOD:
      assemblies_.erase(channel);
      return listener_.on_channel_gone(channel);
    case AMQP_CONNECTION_BLOCKED_METHOD:
      return listener_.on_blocked(true);
    case AMQP_CONNECTION_UNBLOCKED_METHOD:
      return listener_.on_blocked(false);
    default:
      return;  // declare-ok, qos-ok and the like: nothing waits for them
  }
}

void session::close_in_order(std::chrono::milliseconds limit) noexcept {
  if (lost_) return;
  closing_ = true;
  const auto until = async::deadline::in(limit);
  guarded([&] {
    amqp_connection_close_t close{};
    close.reply_code = AMQP_REPLY_SUCCESS;
    close.reply_text = as_bytes("goodbye");
    out().method(0, AMQP_CONNECTION_CLOSE_METHOD, &close);
    while (!lost_ && !close_confirmed_ && !until.passed()) {
      flush();
      const auto events = static_cast<short>(output_.empty() ? POLLIN : POLLIN | POLLOUT);
      pollfd waited{socket_, events, 0};
      ::poll(&waited, 1, static_cast<int>(until.remaining().count()) + 1);
      read_available();
    }
  });
}

}  // namespace mercat::amqp
