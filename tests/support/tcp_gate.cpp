#include "tests/support/tcp_gate.hpp"

#include "tests/support/gate_stream.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <list>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace mercat::test {

namespace {

constexpr std::size_t most_buffered = 256 * 1024;  // per direction, then the gate stops reading

struct fault {
  bool drop = false, hold = false;
};

struct link {
  int client;
  int server;
  gate_stream to_server;
  gate_stream to_client;
  std::size_t passed = 0;
  bool over = false;
  bool no_answer = false;  // over as soon as the server says something
};

void reset(link& each) {
  const linger at_once{1, 0};
  for (const int socket : {each.client, each.server}) {
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(socket);
  }
}

}  // namespace

struct tcp_gate::state {
  std::string host;
  std::uint16_t server_port = 0, own_port = 0;
  int listener = -1, wake = -1;
  std::mutex mutex;  // of everything down to the links
  fault to_server, to_client;
  std::chrono::milliseconds delay{0};
  bool refuse = false;
  bool ending = false;
  std::size_t cut_after = 0;  // 0: never
  std::string cut_at;
  moment cut_when = moment::before_server;
  std::atomic<int> cuts_left{0}, cuts_made{0};
  std::list<link> links;
  std::atomic<std::size_t> accepted{0}, open{0};
  std::thread thread;

  void run();
  std::vector<pollfd> watched();
  int wait_time();
  void notice_dead(const std::vector<pollfd>& polled);
  void accept_one();
  void serve(link& each);
  void move_bytes(link& each, int from, gate_stream& into, const fault& trouble);

  template <class Change>
  void change(Change make) {
    {
      const std::lock_guard lock(mutex);
      make();
    }
    const std::uint64_t one = 1;
    if (::write(wake, &one, sizeof one) < 0) throw std::runtime_error("tcp_gate cannot be woken");
  }
};

std::vector<pollfd> tcp_gate::state::watched() {
  std::vector<pollfd> all{{wake, POLLIN, 0}, {listener, POLLIN, 0}};
  const auto now = std::chrono::steady_clock::now();
  const auto events = [&](const gate_stream& in, const fault& trouble, const gate_stream& out) {
    const bool reads = !trouble.hold && in.buffered < most_buffered;
    return static_cast<short>((reads ? POLLIN : 0) | (out.due(now) ? POLLOUT : 0));
  };
  for (const auto& each : links) {
    all.push_back({each.client, events(each.to_server, to_server, each.to_client), 0});
    all.push_back({each.server, events(each.to_client, to_client, each.to_server), 0});
  }
  return all;
}

int tcp_gate::state::wait_time() {
  int wait = 1000;
  for (const auto& each : links) {
    for (const auto* each_way : {&each.to_server, &each.to_client}) {
      if (each_way->pieces.empty()) continue;
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(each_way->pieces.front().due -
                                                                     std::chrono::steady_clock::now())
                            .count();
      if (left > 0) wait = std::min(wait, static_cast<int>(left));
    }
  }
  return wait;
}

void tcp_gate::state::run() {
  for (;;) {
    std::unique_lock lock(mutex);
    if (ending) return;
    auto all = watched();
    const int wait = wait_time();
    lock.unlock();
    ::poll(all.data(), all.size(), wait);
    lock.lock();
    if ((all[0].revents & POLLIN) != 0) {
      std::uint64_t count = 0;
      if (::read(wake, &count, sizeof count) < 0) return;
    }
    notice_dead(all);
    if ((all[1].revents & POLLIN) != 0) accept_one();
    for (auto& each : links) serve(each);
    for (auto& each : links) {
      if (each.over) reset(each);
    }
    links.remove_if([](const link& each) { return each.over; });
    open = links.size();
  }
}

// Also of a connection that is held and so never read.
void tcp_gate::state::notice_dead(const std::vector<pollfd>& polled) {
  std::size_t at = 2;
  for (auto& each : links) {
    const int events = polled[at].revents | polled[at + 1].revents;
    if ((events & (POLLERR | POLLHUP)) != 0 && (to_server.hold || to_client.hold)) each.over = true;
    at += 2;
  }
}

void tcp_gate::state::accept_one() {
  const int client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  const int server = refuse ? -1 : ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto target = address(host, server_port);
  if (server < 0 || ::connect(server, reinterpret_cast<const sockaddr*>(&target), sizeof target) != 0) {
    if (server >= 0) ::close(server);
    ::close(client);
    return;
  }
  const int on = 1;
  for (const int socket : {client, server}) ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  links.push_back({client, server, {}, {}});
  ++accepted;
}

void tcp_gate::state::serve(link& each) {
  if (each.over) return;
  move_bytes(each, each.client, each.to_server, to_server);
  move_bytes(each, each.server, each.to_client, to_client);
  const auto now = std::chrono::steady_clock::now();
  if (!each.to_server.write_due(each.server, now) || !each.to_client.write_due(each.client, now)) {
    each.over = true;
  }
  if (cut_after != 0 && each.passed >= cut_after) each.over = true;
}

void tcp_gate::state::move_bytes(link& each, int from, gate_stream& into, const fault& trouble) {
  if (trouble.hold || into.buffered >= most_buffered) return;
  std::array<char, 65536> bytes;
  const auto got = ::recv(from, bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
    each.over = true;  // the other side gets what is due and then a reset
    return;
  }
  if (got <= 0 || trouble.drop) return;
  const bool from_client = from == each.client;
  if (!from_client && each.no_answer) each.over = true;
  if (from_client && cuts_left > 0 && !each.no_answer &&
      std::string_view{bytes.data(), static_cast<std::size_t>(got)}.find(cut_at) != std::string_view::npos) {
    --cuts_left, ++cuts_made;
    (cut_when == moment::before_server ? each.over : each.no_answer) = true;
  }
  if (each.over) return;
  auto size = static_cast<std::size_t>(got);
  if (cut_after != 0) size = std::min(size, cut_after - std::min(cut_after, each.passed));
  each.passed += size;
  into.add({bytes.data(), size}, std::chrono::steady_clock::now() + delay);
}

tcp_gate::tcp_gate(std::string server_host, std::uint16_t server_port) : state_(std::make_unique<state>()) {
  state_->host = std::move(server_host);
  state_->server_port = server_port;
  state_->wake = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  state_->listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  auto own = address("127.0.0.1", 0);
  socklen_t size = sizeof own;
  if (::bind(state_->listener, reinterpret_cast<const sockaddr*>(&own), size) != 0 ||
      ::listen(state_->listener, 128) != 0 ||
      ::getsockname(state_->listener, reinterpret_cast<sockaddr*>(&own), &size) != 0) {
    throw std::runtime_error("tcp_gate cannot listen");
  }
  state_->own_port = ntohs(own.sin_port);
  state_->thread = std::thread([this] { state_->run(); });
}

tcp_gate::~tcp_gate() {
  state_->change([this] { state_->ending = true; });
  state_->thread.join();
  for (auto& each : state_->links) reset(each);
  ::close(state_->listener);
  ::close(state_->wake);
}

std::uint16_t tcp_gate::port() const noexcept {
  return state_->own_port;
}

void tcp_gate::pass() {
  state_->change([this] {
    state_->to_server = state_->to_client = {};
    state_->delay = {};
    state_->refuse = false;
    state_->cut_after = 0;
    state_->cuts_left = 0;
    state_->cuts_made = 0;
  });
}

void tcp_gate::drop(way direction) {
  state_->change([&] {
    if (direction != way::to_client) state_->to_server.drop = true;
    if (direction != way::to_server) state_->to_client.drop = true;
  });
}

void tcp_gate::hold(way direction) {
  state_->change([&] {
    if (direction != way::to_client) state_->to_server.hold = true;
    if (direction != way::to_server) state_->to_client.hold = true;
  });
}

void tcp_gate::delay(std::chrono::milliseconds time) {
  state_->change([&] { state_->delay = time; });
}

void tcp_gate::refuse() {
  state_->change([this] { state_->refuse = true; });
}

void tcp_gate::close() {
  state_->change([this] {
    for (auto& each : state_->links) each.over = true;
  });
}

void tcp_gate::cut_after(std::size_t bytes) {
  state_->change([&] {
    state_->cut_after = bytes;
    for (auto& each : state_->links) each.passed = 0;
  });
}

void tcp_gate::cut_at(std::string bytes, moment when, int connections) {
  state_->change([&] {
    state_->cut_at = std::move(bytes);
    state_->cut_when = when;
    state_->cuts_left = connections;
    state_->cuts_made = 0;
  });
}

int tcp_gate::cuts_made() const noexcept {
  return state_->cuts_made;
}

void tcp_gate::insert_to_clients(std::string_view bytes) {
  state_->change([&] {
    for (auto& each : state_->links) each.to_client.add(bytes, std::chrono::steady_clock::now());
  });
}

std::size_t tcp_gate::accepted() const noexcept {
  return state_->accepted;
}

std::size_t tcp_gate::open() const noexcept {
  return state_->open;
}

}  // namespace mercat::test
