#include "tests/e2e/open_load.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <deque>
#include <netinet/tcp.h>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mercat::e2e {

namespace {

using clock = std::chrono::steady_clock;

struct connection {
  int socket = -1;
  bool busy = false;
  clock::time_point sent_at;
  std::string received;
};

double milliseconds_since(clock::time_point then, clock::time_point now) {
  return std::chrono::duration<double, std::milli>(now - then).count();
}

// The size of a complete answer at the front of the text with its status; 0: not complete yet.
std::size_t complete_answer(std::string_view text, int& status) {
  const auto head = text.find("\r\n\r\n");
  if (head == std::string_view::npos || !text.starts_with("HTTP/1.1 ")) return 0;
  status = std::stoi(std::string(text.substr(9, 3)));
  constexpr std::string_view length_name = "\r\nContent-Length: ";
  const auto at = text.substr(0, head).find(length_name);
  if (at == std::string_view::npos) throw std::runtime_error("an answer without Content-Length");
  const auto length = std::stoul(std::string(text.substr(at + length_name.size(), 12)));
  const auto whole = head + 4 + length;
  return text.size() >= whole ? whole : 0;
}

class load {
 public:
  explicit load(const open_load_plan& plan) : plan_(plan), waiting_(::epoll_create1(0)) {
    for (const auto& path : plan.paths)
      requests_.push_back("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Firefox\r\n\r\n");
    connections_.resize(plan.connections);
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      open(i);
      idle_.push_back(i);
    }
  }
  load(const load&) = delete;
  load& operator=(const load&) = delete;
  ~load() {
    for (const auto& each : connections_)
      if (each.socket >= 0) ::close(each.socket);
    ::close(waiting_);
  }

  open_load_report run() {
    const auto begun = clock::now();
    const auto end = begun + plan_.lasting;
    long due = 0;
    for (auto now = begun; now < end; now = clock::now()) {
      if (plan_.per_second > 0) {
        const auto wanted =
            static_cast<long>(std::chrono::duration<double>(now - begun).count() * plan_.per_second);
        for (; due < wanted; ++due) send_one();
      } else {
        while (!idle_.empty()) send_one();
      }
      receive(1);
    }
    report_.seconds = std::chrono::duration<double>(clock::now() - begun).count();
    while (idle_.size() < connections_.size() && clock::now() < end + plan_.patience) receive(50);
    report_.hanging = static_cast<long>(connections_.size() - idle_.size());
    return std::move(report_);
  }

 private:
  void open(std::size_t number) {
    auto& one = connections_[number];
    one.socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(plan_.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(one.socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("open_load cannot connect");
    const int on = 1;
    ::setsockopt(one.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = number;
    ::epoll_ctl(waiting_, EPOLL_CTL_ADD, one.socket, &event);
  }

  void send_one() {
    if (idle_.empty()) {
      ++report_.not_sent;
      return;
    }
    const auto number = idle_.front();
    idle_.pop_front();
    auto& one = connections_[number];
    const auto& request = requests_[static_cast<std::size_t>(report_.sent) % requests_.size()];
    one.busy = true;
    one.received.clear();
    one.sent_at = clock::now();
    ++report_.sent;
    // A request is far smaller than an empty socket buffer: it goes whole, or the connection is gone.
    const auto written = ::send(one.socket, request.data(), request.size(), MSG_NOSIGNAL);
    if (written != static_cast<ssize_t>(request.size())) replace(number);
  }

  void receive(int wait) {
    std::array<epoll_event, 256> ready;
    const int count = ::epoll_wait(waiting_, ready.data(), static_cast<int>(ready.size()), wait);
    for (int i = 0; i < count; ++i)
      read(static_cast<std::size_t>(ready[static_cast<std::size_t>(i)].data.u64));
  }

  void read(std::size_t number) {
    auto& one = connections_[number];
    std::array<char, 65536> bytes;
    const auto size = ::recv(one.socket, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) return replace(number);
    one.received.append(bytes.data(), static_cast<std::size_t>(size));
    int status = 0;
    if (!one.busy || complete_answer(one.received, status) == 0) return;
    report_.took[status].push_back(milliseconds_since(one.sent_at, clock::now()));
    one.busy = false;
    idle_.push_back(number);
  }

  // The server has closed it: in the middle of an exchange that counts, between two it does not.
  void replace(std::size_t number) {
    auto& one = connections_[number];
    ::close(one.socket);
    if (one.busy) {
      ++report_.broken;
      one.busy = false;
      idle_.push_back(number);
    }
    open(number);
  }

  const open_load_plan& plan_;
  int waiting_;
  std::vector<std::string> requests_;
  std::vector<connection> connections_;
  std::deque<std::size_t> idle_;
  open_load_report report_;
};

}  // namespace

long open_load_report::answered(int status) const {
  const auto found = took.find(status);
  return found == took.end() ? 0 : static_cast<long>(found->second.size());
}

double open_load_report::per_second(int status) const {
  return seconds > 0 ? static_cast<double>(answered(status)) / seconds : 0;
}

double open_load_report::percentile(int status, double share) const {
  const auto found = took.find(status);
  if (found == took.end() || found->second.empty()) return 0;
  auto sorted = found->second;
  std::sort(sorted.begin(), sorted.end());
  return sorted[std::min(sorted.size() - 1,
                         static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

open_load_report run(const open_load_plan& plan) {
  return load(plan).run();
}

std::string to_text(const open_load_report& report) {
  std::ostringstream text;
  text.precision(1);
  text << std::fixed << report.sent << " sent in " << report.seconds << " s, " << report.not_sent
       << " found no idle connection, " << report.broken << " broken, " << report.hanging << " hanging;";
  for (const auto& [status, times] : report.took)
    text << "  " << status << ": " << times.size() << " (p50 " << report.percentile(status, 0.5)
         << " ms, p99 " << report.percentile(status, 0.99) << " ms, slowest " << report.percentile(status, 1)
         << " ms)";
  return std::move(text).str();
}

}  // namespace mercat::e2e
