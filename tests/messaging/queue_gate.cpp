#include "tests/messaging/queue_gate.hpp"

#include "tests/support/gate_stream.hpp"

#include <array>
#include <optional>
#include <poll.h>
#include <set>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <utility>

namespace mercat::test {

namespace {

constexpr int look_every_ms = 5;
constexpr std::string_view protocol_header{"AMQP\x00\x00\x09\x01", 8};
constexpr std::size_t frame_head = 7;  // type, channel, size of the payload; one byte ends it
constexpr std::string_view method_frame{"\x01", 1};
constexpr std::string_view queue_declare{"\x00\x32\x00\x0A", 4};  // class 50, method 10

std::uint32_t number(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char each : bytes) value = value << 8U | static_cast<unsigned char>(each);
  return value;
}

// The first frame of what was read, taken out of it; none: it is not whole yet.
std::optional<std::string> take_frame(std::string& bytes) {
  std::size_t size = protocol_header.size();
  if (!bytes.starts_with(protocol_header)) {
    if (bytes.size() < frame_head) return std::nullopt;
    size = frame_head + number(std::string_view{bytes}.substr(3, 4)) + 1;
  }
  if (bytes.size() < size) return std::nullopt;
  auto frame = bytes.substr(0, size);
  bytes.erase(0, size);
  return frame;
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

struct queue_gate::state {
  sockaddr_in broker{};
  std::uint16_t own_port = 0;
  int listener = -1, client = -1, server = -1;
  std::string unread;               // of the client, up to the end of a frame
  std::set<std::uint32_t> waiting;  // channels
  std::string held;
  std::atomic<std::size_t> frames_held{0};
  std::atomic<bool> holding{false}, broken{false}, ending{false};
  std::thread thread;

  void run();
  void accept_one();
  void close_both();
  bool pass_to_server();
  bool pass_to_client() const;
  bool pass_on_or_hold(const std::string& frame);
  bool send_held();
};

void queue_gate::state::run() {
  while (!ending) {
    if (broken.exchange(false)) close_both();
    std::array<pollfd, 2> both{{{client < 0 ? listener : client, POLLIN, 0}, {server, POLLIN, 0}}};
    ::poll(both.data(), both.size(), look_every_ms);
    if (client < 0) {
      if (both[0].revents != 0) accept_one();
      continue;
    }
    const bool good = (both[0].revents == 0 || pass_to_server()) &&
                      (both[1].revents == 0 || pass_to_client()) && (holding || send_held());
    if (!good) close_both();
  }
  close_both();
}

void queue_gate::state::accept_one() {
  client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(server, reinterpret_cast<const sockaddr*>(&broker), sizeof broker) != 0) close_both();
}

void queue_gate::state::close_both() {
  for (int* each : {&client, &server}) {
    if (*each >= 0) ::close(*each);
    *each = -1;
  }
  unread.clear();
  waiting.clear();
  held.clear();
  frames_held = 0;
}

bool queue_gate::state::pass_to_server() {
  std::array<char, 65536> bytes;
  const auto got = ::recv(client, bytes.data(), bytes.size(), 0);
  if (got <= 0) return false;
  unread.append(bytes.data(), static_cast<std::size_t>(got));
  while (const auto frame = take_frame(unread))
    if (!pass_on_or_hold(*frame)) return false;
  return true;
}

bool queue_gate::state::pass_on_or_hold(const std::string& frame) {
  const auto channel = number(std::string_view{frame}.substr(1, 2));
  const bool declares = frame.starts_with(method_frame) &&
                        std::string_view{frame}.substr(frame_head).starts_with(queue_declare);
  if (holding && declares) waiting.insert(channel);
  if (!waiting.contains(channel)) return send_all(server, frame);
  held += frame;
  ++frames_held;
  return true;
}

bool queue_gate::state::send_held() {
  waiting.clear();
  frames_held = 0;
  return send_all(server, std::exchange(held, {}));
}

bool queue_gate::state::pass_to_client() const {
  std::array<char, 65536> bytes;
  const auto got = ::recv(server, bytes.data(), bytes.size(), 0);
  return got > 0 && send_all(client, {bytes.data(), static_cast<std::size_t>(got)});
}

queue_gate::queue_gate(std::string broker_host, std::uint16_t broker_port)
    : state_(std::make_unique<state>()) {
  state_->broker = address(broker_host, broker_port);
  state_->listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto own = address("127.0.0.1", 0);
  socklen_t size = sizeof own;
  if (::bind(state_->listener, reinterpret_cast<const sockaddr*>(&own), size) != 0 ||
      ::listen(state_->listener, 8) != 0 ||
      ::getsockname(state_->listener, reinterpret_cast<sockaddr*>(&own), &size) != 0) {
    throw std::runtime_error("queue_gate cannot listen");
  }
  state_->own_port = ntohs(own.sin_port);
  state_->thread = std::thread([this] { state_->run(); });
}

queue_gate::~queue_gate() {
  state_->ending = true;
  state_->thread.join();
  ::close(state_->listener);
}

std::uint16_t queue_gate::port() const noexcept {
  return state_->own_port;
}

void queue_gate::break_and_hold_queues() {
  state_->holding = true;
  state_->broken = true;
}

std::size_t queue_gate::held() const noexcept {
  return state_->frames_held;
}

void queue_gate::release() {
  state_->holding = false;
}

}  // namespace mercat::test
