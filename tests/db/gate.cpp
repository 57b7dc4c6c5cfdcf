#include "tests/db/gate.hpp"

#include "common/uuid.hpp"

#include <array>
#include <cstring>
#include <poll.h>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

namespace mercat::test {

namespace {

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error("socket path too long: " + path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

int connect_to(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = address_of(path);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  ::close(fd);
  return -1;
}

// COM_QUERY and its text.
constexpr std::string_view commit =
    "\x03"
    "COMMIT";

struct link {
  int client;
  int server;
  bool doomed = false;  // COMMIT passed: its answer must not

  void close() const {
    ::close(client);
    ::close(server);
  }
};

// One read, written on. false: the link is over.
bool pass(int from, int to, link& one, bool swallow) {
  std::array<char, 65536> buffer;
  const auto size = ::read(from, buffer.data(), buffer.size());
  if (size <= 0) return false;
  const std::string_view bytes{buffer.data(), static_cast<std::size_t>(size)};
  if (one.doomed) return false;
  if (swallow && from == one.client && bytes.find(commit) != std::string_view::npos) one.doomed = true;
  std::size_t written = 0;
  while (written < bytes.size()) {
    const auto n = ::send(to, bytes.data() + written, bytes.size() - written, MSG_NOSIGNAL);
    if (n <= 0) return false;
    written += static_cast<std::size_t>(n);
  }
  return true;
}

}  // namespace

gate::gate(std::string server_socket)
    : server_(std::move(server_socket)), path_("/tmp/mercat-gate-" + uuid_v7().substr(24) + ".sock") {
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = address_of(path_);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 64) != 0) {
    throw std::runtime_error("no gate at " + path_);
  }
  thread_ = std::thread([this] { run(); });
}

gate::~gate() {
  stop_ = true;
  thread_.join();
  ::close(listener_);
  ::unlink(path_.c_str());
}

void gate::run() {
  std::vector<link> links;
  while (!stop_) {
    const auto now = mode_.load();
    const bool cut = cut_;
    if (cut || now == mode::shut) {
      for (const auto& each : links) each.close();
      links.clear();
    }
    if (cut) {
      cut_ = false;
      cut_.notify_all();
    }
    std::vector<pollfd> fds{{listener_, POLLIN, 0}};
    if (now != mode::hung) {
      for (const auto& each : links) {
        fds.push_back({each.client, POLLIN, 0});
        fds.push_back({each.server, POLLIN, 0});
      }
    }
    ::poll(fds.data(), fds.size(), 5);
    for (std::size_t i = (fds.size() - 1) / 2; i-- > 0;) {
      auto& one = links[i];
      const bool swallow = now == mode::swallow_commit;
      const bool good = (fds[1 + 2 * i].revents == 0 || pass(one.client, one.server, one, swallow)) &&
                        (fds[2 + 2 * i].revents == 0 || pass(one.server, one.client, one, swallow));
      if (good) continue;
      one.close();
      links.erase(links.begin() + static_cast<std::ptrdiff_t>(i));
    }
    if ((fds[0].revents & POLLIN) == 0) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const int server = now == mode::shut ? -1 : connect_to(server_);
    if (server < 0) {
      ::close(client);
    } else {
      links.push_back({client, server});
    }
  }
  for (const auto& each : links) each.close();
}

}  // namespace mercat::test
