#include "tests/http/storm.hpp"

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <chrono>
#include <deque>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <random>
#include <stdexcept>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace mercat::tests {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::chrono::seconds patience{5};

struct client {
  int descriptor = -1;
  bool hangs_up = false;
  std::deque<std::string> asked;  // tokens whose answers are due, in order
  std::string received;
  clock::time_point sent{};
  clock::time_point hang_up{};
  int rounds = 0;  // until it starts a new connection
};

struct answer_bytes {
  int status = 0;
  std::string_view body;
  std::size_t size = 0;  // 0: not complete yet
};

answer_bytes first_answer(std::string_view bytes) {
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return {};
  const auto head = bytes.substr(0, end + 2);
  constexpr std::string_view name = "\r\nContent-Length: ";
  const auto at = head.find(name);
  const auto length =
      at == std::string_view::npos ? 0 : std::stoul(std::string(head.substr(at + name.size(), 12)));
  if (bytes.size() < end + 4 + length) return {};
  return {std::stoi(std::string(head.substr(9, 3))), bytes.substr(end + 4, length), end + 4 + length};
}

class storm_thread {
 public:
  storm_thread(const storm_plan& plan, unsigned number, std::atomic<std::uint64_t>& verified)
      : plan_(plan), number_(number), verified_(verified), poller_(::epoll_create1(0)), random_(number + 1) {
    clients_.resize(plan.askers + plan.aborters);
    for (unsigned i = plan.askers; i < clients_.size(); ++i) clients_[i].hangs_up = true;
  }
  ~storm_thread() { ::close(poller_); }
  storm_thread(const storm_thread&) = delete;
  storm_thread& operator=(const storm_thread&) = delete;

  storm_result run() {
    const auto end = clock::now() + std::chrono::seconds(plan_.time_limit);
    for (std::size_t i = 0; i < clients_.size(); ++i) connect(i);
    while (verified_ < plan_.verified && clock::now() < end) {
      std::array<epoll_event, 64> events;
      const int count = ::epoll_wait(poller_, events.data(), static_cast<int>(events.size()), 1);
      for (int i = 0; i < count; ++i) on_readable(events[static_cast<std::size_t>(i)].data.u64);
      look_at_clock();
    }
    for (auto& each : clients_) close(each, false);
    return result_;
  }

 private:
  std::uint64_t pick(std::uint64_t below) { return random_() % below; }

  void connect(std::size_t index) {
    auto& self = clients_[index];
    self.descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int one = 1;
    ::setsockopt(self.descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(plan_.port);
    ::inet_pton(AF_INET, plan_.host.c_str(), &address.sin_addr);
    if (::connect(self.descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("the storm cannot connect to " + plan_.host + ":" +
                               std::to_string(plan_.port));
    }
    epoll_event interest{EPOLLIN, {}};
    interest.data.u64 = index;
    ::epoll_ctl(poller_, EPOLL_CTL_ADD, self.descriptor, &interest);
    self.rounds = 1 + static_cast<int>(pick(64));
    ask(self);
  }

  // One to three requests in one write.
  void ask(client& self) {
    std::string bytes;
    for (auto n = 1 + pick(8) / 6; n > 0; --n) {
      auto& token = self.asked.emplace_back("t" + std::to_string(number_) + "-" + std::to_string(++serial_) +
                                            "-" + std::to_string(random_()));
      bytes += "GET " + plan_.prefix + token +
               " HTTP/1.1\r\nHost: storm\r\nUser-Agent: storm\r\nConnection: keep-alive\r\n\r\n";
    }
    self.sent = clock::now();
    self.hang_up = self.sent + std::chrono::microseconds(pick(3000));
    // Some hang up in the middle of a request.
    const auto size = self.hangs_up && pick(16) == 0 ? bytes.size() / 2 : bytes.size();
    static_cast<void>(::send(self.descriptor, bytes.data(), size, MSG_NOSIGNAL));
  }

  void close(client& self, bool abort) {
    if (self.descriptor < 0) return;
    if (abort) {
      const linger at_once{1, 0};
      ::setsockopt(self.descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    ::close(self.descriptor);
    self.descriptor = -1;
    self.asked.clear();
    self.received.clear();
  }

  void restart(std::size_t index, bool abort) {
    close(clients_[index], abort);
    connect(index);
  }

  void on_readable(std::size_t index) {
    auto& self = clients_[index];
    std::array<char, 16384> chunk;
    const auto count = ::recv(self.descriptor, chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) {
      result_.cut += self.asked.size();
      return restart(index, false);
    }
    self.received.append(chunk.data(), static_cast<std::size_t>(count));
    for (auto answer = first_answer(self.received); answer.size > 0; answer = first_answer(self.received)) {
      if (!check(self, answer)) return restart(index, false);
      self.received.erase(0, answer.size);
    }
    if (!self.asked.empty() || self.hangs_up) return;
    if (--self.rounds == 0) return restart(index, pick(2) == 0);
    ask(self);
  }

  // false: this connection cannot be trusted any further.
  bool check(client& self, const answer_bytes& answer) {
    if (self.asked.empty() || (answer.status == 200 && answer.body != self.asked.front())) {
      ++result_.wrong;
      return false;
    }
    self.asked.pop_front();
    if (answer.status != 200) {
      ++result_.refused;
      return true;
    }
    ++result_.verified;
    ++verified_;
    return true;
  }

  void look_at_clock() {
    const auto now = clock::now();
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      auto& self = clients_[i];
      if (self.hangs_up && now >= self.hang_up) {
        result_.aborted += self.asked.size();
        restart(i, pick(4) != 0);
      } else if (!self.hangs_up && now - self.sent > patience) {
        // This thread may have been kept from looking: only a socket that is empty now is stuck.
        const auto asked = self.sent;
        on_readable(i);
        if (self.sent != asked) continue;
        ++result_.stuck;
        restart(i, false);
      }
    }
  }

  const storm_plan& plan_;
  const unsigned number_;
  std::atomic<std::uint64_t>& verified_;
  const int poller_;
  std::mt19937_64 random_;
  std::uint64_t serial_ = 0;
  std::vector<client> clients_;
  storm_result result_;
};

}  // namespace

storm_result run_storm(const storm_plan& plan) {
  std::atomic<std::uint64_t> verified{0};
  std::vector<storm_result> results(plan.threads);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < plan.threads; ++i) {
    threads.emplace_back([&, i] { results[i] = storm_thread(plan, i, verified).run(); });
  }
  storm_result sum;
  for (unsigned i = 0; i < plan.threads; ++i) {
    threads[i].join();
    sum.verified += results[i].verified;
    sum.wrong += results[i].wrong;
    sum.stuck += results[i].stuck;
    sum.refused += results[i].refused;
    sum.cut += results[i].cut;
    sum.aborted += results[i].aborted;
  }
  return sum;
}

}  // namespace mercat::tests
