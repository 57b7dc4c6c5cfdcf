#include "common/amqp/wire.hpp"

#include "common/number.hpp"

#include <amqp_framing.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <sys/socket.h>

namespace mercat::amqp {

namespace {

constexpr std::size_t frame_overhead = 8;  // type, channel, size before the payload; the end mark after it
constexpr char frame_end = static_cast<char>(0xCE);
constexpr std::size_t longest_body = std::size_t{16} << 20;
constexpr std::string_view status_header = "status";
constexpr std::string_view trace_header = "traceparent";

// Big-endian, `width` bytes.
void put(char* at, std::uint64_t value, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) at[i] = static_cast<char>(value >> (8 * (width - 1 - i)));
}

std::optional<std::int64_t> integer(const amqp_field_value_t& value) {
  switch (value.kind) {
    case AMQP_FIELD_KIND_I8:
      return value.value.i8;
    case AMQP_FIELD_KIND_U8:
      return value.value.u8;
    case AMQP_FIELD_KIND_I16:
      return value.value.i16;
    case AMQP_FIELD_KIND_U16:
      return value.value.u16;
    case AMQP_FIELD_KIND_I32:
      return value.value.i32;
    case AMQP_FIELD_KIND_U32:
      return value.value.u32;
    case AMQP_FIELD_KIND_I64:
      return value.value.i64;
    default:
      return std::nullopt;
  }
}

std::optional<std::chrono::milliseconds> expiration(amqp_bytes_t text) {
  const auto value = whole_number<std::int64_t>({static_cast<const char*>(text.bytes), text.len});
  if (!value || *value < 0) return std::nullopt;
  // RabbitMQ takes no more than 32 bits. Of another peer, as much: 64 bits of milliseconds are too many for a
  // deadline.
  return std::chrono::milliseconds{std::min<std::int64_t>(*value, std::numeric_limits<std::uint32_t>::max())};
}

void read_headers(const amqp_table_t& headers, message& into) {
  for (int i = 0; i < headers.num_entries; ++i) {
    const auto& entry = headers.entries[i];
    const std::string_view name{static_cast<const char*>(entry.key.bytes), entry.key.len};
    if (name == status_header) {
      const auto value = integer(entry.value);
      if (value && *value >= 0 && *value <= 999) into.status = static_cast<int>(*value);
    } else if (name == trace_header && entry.value.kind == AMQP_FIELD_KIND_UTF8) {
      into.traceparent = as_text(entry.value.value.bytes);
    }
  }
}

void read_properties(const amqp_basic_properties_t& from, message& into) {
  const auto text = [&](amqp_flags_t flag, const amqp_bytes_t& value, std::string& target) {
    if ((from._flags & flag) != 0) target = as_text(value);
  };
  text(AMQP_BASIC_MESSAGE_ID_FLAG, from.message_id, into.message_id);
  text(AMQP_BASIC_TYPE_FLAG, from.type, into.type);
  text(AMQP_BASIC_CORRELATION_ID_FLAG, from.correlation_id, into.correlation_id);
  text(AMQP_BASIC_REPLY_TO_FLAG, from.reply_to, into.reply_to);
  text(AMQP_BASIC_APP_ID_FLAG, from.app_id, into.app_id);
  text(AMQP_BASIC_CONTENT_TYPE_FLAG, from.content_type, into.content_type);
  if ((from._flags & AMQP_BASIC_EXPIRATION_FLAG) != 0) into.expiration = expiration(from.expiration);
  if ((from._flags & AMQP_BASIC_HEADERS_FLAG) != 0) read_headers(from.headers, into);
}

}  // namespace

amqp_bytes_t as_bytes(std::string_view text) noexcept {
  return {text.size(), const_cast<char*>(text.data())};  // the codec only reads
}

std::string as_text(amqp_bytes_t bytes) {
  return bytes.len == 0 ? std::string{} : std::string{static_cast<const char*>(bytes.bytes), bytes.len};
}

void output::frame(std::uint8_t type, amqp_channel_t channel, std::string_view head, std::string_view rest) {
  std::array<char, 7> start;
  put(start.data(), type, 1);
  put(start.data() + 1, channel, 2);
  put(start.data() + 3, head.size() + rest.size(), 4);
  bytes_.append(start.data(), start.size()).append(head).append(rest).push_back(frame_end);
}

void output::method(amqp_channel_t channel, amqp_method_number_t id, void* arguments) {
  if (bytes_.size() - sent_ > most_unsent) throw failure("the broker does not read");
  put(scratch_.data(), id, 4);
  const int size = amqp_encode_method(id, arguments, {scratch_.size() - 4, scratch_.data() + 4});
  if (size < 0) throw failure("a name over 255 bytes");
  frame(AMQP_FRAME_METHOD, channel, {scratch_.data(), 4 + static_cast<std::size_t>(size)});
}

void output::heartbeat() {
  frame(AMQP_FRAME_HEARTBEAT, 0, {});
}

void output::publish(amqp_channel_t channel, const publish_options& to, std::string_view body) {
  const auto before = bytes_.size();
  try {
    amqp_basic_publish_t start{};
    start.exchange = as_bytes(to.exchange);
    start.routing_key = as_bytes(to.routing_key);
    start.mandatory = to.mandatory ? 1 : 0;
    method(channel, AMQP_BASIC_PUBLISH_METHOD, &start);
    header(channel, to, body.size());
    const auto part = frame_max_ - frame_overhead;
    for (std::size_t at = 0; at < body.size(); at += part) {
      frame(AMQP_FRAME_BODY, channel, {}, body.substr(at, part));
    }
  } catch (...) {
    bytes_.resize(before);
    throw;
  }
}

void output::header(amqp_channel_t channel, const publish_options& to, std::size_t body_size) {
  amqp_basic_properties_t properties{};
  const auto text = [&](amqp_flags_t flag, std::string_view value, amqp_bytes_t& target) {
    if (value.empty()) return;
    properties._flags |= flag;
    target = as_bytes(value);
  };
  text(AMQP_BASIC_CONTENT_TYPE_FLAG, "application/json", properties.content_type);
  text(AMQP_BASIC_MESSAGE_ID_FLAG, to.message_id, properties.message_id);
  text(AMQP_BASIC_TYPE_FLAG, to.type, properties.type);
  text(AMQP_BASIC_CORRELATION_ID_FLAG, to.correlation_id, properties.correlation_id);
  text(AMQP_BASIC_REPLY_TO_FLAG, to.reply_to, properties.reply_to);
  text(AMQP_BASIC_APP_ID_FLAG, to.app_id, properties.app_id);
  const auto time_to_live = to.expiration ? std::to_string(to.expiration->count()) : std::string{};
  text(AMQP_BASIC_EXPIRATION_FLAG, time_to_live, properties.expiration);
  properties._flags |= AMQP_BASIC_DELIVERY_MODE_FLAG;
  properties.delivery_mode = to.persistent ? 2 : 1;
  if (to.timestamp) {
    properties._flags |= AMQP_BASIC_TIMESTAMP_FLAG;
    properties.timestamp = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::seconds>(to.timestamp->time_since_epoch()).count());
  }
  std::array<amqp_table_entry_t, 2> entries{};
  int used = 0;
  if (to.status) {
    auto& entry = entries[static_cast<std::size_t>(used++)];
    entry.key = as_bytes(status_header);
    entry.value.kind = AMQP_FIELD_KIND_I32;
    entry.value.value.i32 = *to.status;
  }
  if (!to.traceparent.empty()) {
    auto& entry = entries[static_cast<std::size_t>(used++)];
    entry.key = as_bytes(trace_header);
    entry.value.kind = AMQP_FIELD_KIND_UTF8;
    entry.value.value.bytes = as_bytes(to.traceparent);
  }
  if (used > 0) {
    properties._flags |= AMQP_BASIC_HEADERS_FLAG;
    properties.headers = {used, entries.data()};
  }
  put(scratch_.data(), AMQP_BASIC_CLASS, 2);
  put(scratch_.data() + 2, 0, 2);
  put(scratch_.data() + 4, body_size, 8);
  const int size =
      amqp_encode_properties(AMQP_BASIC_CLASS, &properties, {scratch_.size() - 12, scratch_.data() + 12});
  if (size < 0) throw failure("a message property over 255 bytes");
  // Unlike a body, a header cannot be cut into frames (AMQP 0-9-1, 4.2.6.1).
  if (12 + static_cast<std::size_t>(size) > frame_max_ - frame_overhead)
    throw failure("message properties over one frame");
  frame(AMQP_FRAME_HEADER, channel, {scratch_.data(), 12 + static_cast<std::size_t>(size)});
}

output::outcome output::flush(int socket) noexcept {
  while (!empty()) {
    const auto count =
        ::send(socket, bytes_.data() + sent_, bytes_.size() - sent_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) return outcome::broken;
      bytes_.erase(0, sent_);
      sent_ = 0;
      return outcome::socket_full;
    }
    sent_ += static_cast<std::size_t>(count);
  }
  bytes_.clear();
  sent_ = 0;
  if (bytes_.capacity() > (std::size_t{1} << 20)) bytes_.shrink_to_fit();
  return outcome::sent;
}

void assembly::begin(bool returned) {
  if (stage_ != stage::idle) throw failure("a message within a message");
  stage_ = stage::header;
  returned_ = returned;
  message_ = {};
}

void assembly::start(const amqp_basic_deliver_t& method) {
  begin(false);
  message_.delivery_tag = method.delivery_tag;
  message_.redelivered = method.redelivered != 0;
  message_.exchange = as_text(method.exchange);
  message_.routing_key = as_text(method.routing_key);
}

void assembly::start(const amqp_basic_return_t& method) {
  begin(true);
  message_.exchange = as_text(method.exchange);
  message_.routing_key = as_text(method.routing_key);
}

void assembly::header(const amqp_frame_t& frame) {
  if (stage_ != stage::header) throw failure("a header without a message");
  if (frame.payload.properties.class_id != AMQP_BASIC_CLASS) throw failure("a header of another class");
  if (frame.payload.properties.body_size > longest_body) throw failure("a message over 16 MiB");
  read_properties(*static_cast<const amqp_basic_properties_t*>(frame.payload.properties.decoded), message_);
  wanted_ = static_cast<std::size_t>(frame.payload.properties.body_size);
  message_.body.reserve(wanted_);
  stage_ = wanted_ == 0 ? stage::complete : stage::body;
}

void assembly::body(const amqp_frame_t& frame) {
  const auto& part = frame.payload.body_fragment;
  if (stage_ != stage::body || part.len > wanted_ - message_.body.size()) throw failure("a body too many");
  message_.body.append(static_cast<const char*>(part.bytes), part.len);
  if (message_.body.size() == wanted_) stage_ = stage::complete;
}

message assembly::take() {
  stage_ = stage::idle;
  return std::move(message_);
}

}  // namespace mercat::amqp
