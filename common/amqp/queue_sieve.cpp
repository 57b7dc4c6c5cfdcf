#include "common/amqp/queue_sieve.hpp"

#include "common/amqp/login.hpp"
#include "common/amqp/wire.hpp"
#include "common/async/deadline.hpp"

#include <amqp_framing.h>

#include <algorithm>
#include <poll.h>
#include <utility>
#include <vector>

namespace mercat::amqp {

namespace {

using std::chrono::milliseconds;
using clock = std::chrono::steady_clock;

constexpr amqp_channel_t only_channel = 1;
// The broker needs some 5 kB for each: with 65,000 its memory alarm stopped every publisher.
constexpr std::uint16_t most_held = 10'000;
// The broker's count lags behind for a moment: what still comes within this time is looked at, too.
constexpr milliseconds quiet{300};
// For somebody else who has the messages in hand.
constexpr milliseconds patience{2000};
constexpr milliseconds step{50};
constexpr std::size_t acks_at_once = 1000;

// One connection with one channel, from its opening to its close in order. Waits only in small steps.
class conversation {
 public:
  conversation(const connection_options& broker, milliseconds limit, const std::stop_token& stop)
      : until_(async::deadline::in(limit)),
        stop_(stop),
        library_(log_in(broker)),
        out_(static_cast<std::size_t>(amqp_get_frame_max(library_.get()))) {
    amqp_channel_open_t open{};
    out_.method(only_channel, AMQP_CHANNEL_OPEN_METHOD, &open);
  }

  // How many messages wait. While another looks at them, and holds them, its end is waited for, in reason.
  [[nodiscard]] std::size_t count(const std::string& queue) {
    const auto reason = async::deadline::in(patience);
    for (;;) {
      amqp_queue_declare_t ask{};
      ask.queue = as_bytes(queue);
      ask.passive = 1;
      out_.method(only_channel, AMQP_QUEUE_DECLARE_METHOD, &ask);
      send();
      counted_.reset();
      while (!counted_) listen();
      if (counted_->consumer_count == 0 || reason.passed()) return counted_->message_count;
      listen();
    }
  }

  // One call of take for every message.
  template <class Take>
  void collect(const std::string& queue, std::size_t expected, Take take) {
    amqp_basic_qos_t window{};
    window.prefetch_count = most_held;
    out_.method(only_channel, AMQP_BASIC_QOS_METHOD, &window);
    amqp_basic_consume_t consume{};
    consume.queue = as_bytes(queue);
    out_.method(only_channel, AMQP_BASIC_CONSUME_METHOD, &consume);
    send();
    std::size_t seen = 0;
    for (auto last = clock::now(); seen < most_held;) {
      listen();
      if (assembled_.complete()) {
        take(assembled_.take());
        ++seen;
        last = clock::now();
      } else if (clock::now() - last > (seen < expected ? patience : quiet)) {
        return;
      }
    }
  }

  void acknowledge(const std::vector<std::uint64_t>& tags) {
    std::size_t unsent = 0;
    for (const auto tag : tags) {
      amqp_basic_ack_t ack{};
      ack.delivery_tag = tag;
      out_.method(only_channel, AMQP_BASIC_ACK_METHOD, &ack);
      if (++unsent % acks_at_once == 0) send();
    }
    send();
  }

  // Returns when the broker has done all it was told.
  void close() {
    amqp_connection_close_t farewell{};
    farewell.reply_code = AMQP_REPLY_SUCCESS;
    farewell.reply_text = as_bytes("goodbye");
    out_.method(0, AMQP_CONNECTION_CLOSE_METHOD, &farewell);
    send();
    while (!closed_) {
      listen();
      if (assembled_.complete()) (void)assembled_.take();  // it came meanwhile: it stays
    }
  }

 private:
  void check() const {
    if (stop_.stop_requested()) throw failure("stopped");
    if (until_.passed()) throw failure("the broker took too long");
  }

  void send() {
    const int socket = amqp_get_sockfd(library_.get());
    for (auto outcome = out_.flush(socket); outcome != output::outcome::sent; outcome = out_.flush(socket)) {
      if (outcome == output::outcome::broken) throw failure("write: the connection broke");
      check();
      pollfd writable{socket, POLLOUT, 0};
      ::poll(&writable, 1, static_cast<int>(step.count()));
    }
  }

  // One frame at most, or nothing for a while.
  void listen() {
    check();
    amqp_frame_t frame;
    const timeval wait{0, std::chrono::microseconds{step}.count()};
    const int result = amqp_simple_wait_frame_noblock(library_.get(), &frame, &wait);
    if (result == AMQP_STATUS_TIMEOUT) return;
    if (result != AMQP_STATUS_OK) throw failure(amqp_error_string2(result));
    if (frame.frame_type == AMQP_FRAME_METHOD) take_method(frame.payload.method);
    if (frame.frame_type == AMQP_FRAME_HEADER) assembled_.header(frame);
    if (frame.frame_type == AMQP_FRAME_BODY) assembled_.body(frame);
    amqp_maybe_release_buffers(library_.get());  // all that is kept was copied
  }

  void take_method(const amqp_method_t& method) {
    switch (method.id) {
      case AMQP_BASIC_DELIVER_METHOD:
        return assembled_.start(*static_cast<const amqp_basic_deliver_t*>(method.decoded));
      case AMQP_QUEUE_DECLARE_OK_METHOD:
        counted_ = *static_cast<const amqp_queue_declare_ok_t*>(method.decoded);
        return;
      case AMQP_CONNECTION_CLOSE_OK_METHOD:
        closed_ = true;
        return;
      case AMQP_CHANNEL_CLOSE_METHOD:
        throw failure(as_text(static_cast<const amqp_channel_close_t*>(method.decoded)->reply_text));
      case AMQP_CONNECTION_CLOSE_METHOD:
        throw failure(as_text(static_cast<const amqp_connection_close_t*>(method.decoded)->reply_text));
      case AMQP_BASIC_CANCEL_METHOD:
        throw failure("the broker ended the consumer: its queue is gone");
      default:
        return;
    }
  }

  const async::deadline until_;
  const std::stop_token& stop_;
  library_connection library_;
  output out_;
  assembly assembled_;
  std::optional<amqp_queue_declare_ok_t> counted_;  // its numbers; its text is gone
  bool closed_ = false;
};

}  // namespace

sifted sift(const connection_options& broker, const std::string& queue, const sieve& through,
            milliseconds limit, const std::stop_token& stop) {
  conversation talk(broker, limit, stop);
  sifted result;
  std::vector<std::pair<std::uint64_t, std::string>> marked;
  if (const auto expected = talk.count(queue); expected > 0) {
    talk.collect(queue, expected, [&](const message& item) {
      ++result.seen;
      if (auto mark = through.mark(item); !mark.empty()) {
        marked.emplace_back(item.delivery_tag, std::move(mark));
      }
    });
    result.whole = expected <= most_held;
    result.all_came = result.seen >= std::min<std::size_t>(expected, most_held);
  }
  if (!marked.empty()) {
    std::set<std::string> marks;
    for (const auto& [tag, mark] : marked) marks.insert(mark);
    const auto picked = through.pick(marks);
    std::vector<std::uint64_t> tags;
    for (const auto& [tag, mark] : marked) {
      if (picked.contains(mark)) tags.push_back(tag);
    }
    talk.acknowledge(tags);
    result.taken_out = tags.size();
  }
  talk.close();
  return result;
}

}  // namespace mercat::amqp
