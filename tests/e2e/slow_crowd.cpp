#include "tests/e2e/slow_crowd.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <csignal>
#include <memory>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string_view>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace mercat::e2e {

namespace {

using clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

// What it sends at once; the byte per second comes after it.
constexpr std::string_view endless_header =
    "GET /api/products HTTP/1.1\r\nHost: h\r\nUser-Agent: slow\r\nX-Slow: ";
constexpr std::string_view endless_body =
    "POST /api/cart HTTP/1.1\r\nHost: h\r\nUser-Agent: slow\r\nContent-Type: application/json\r\n"
    "Content-Length: 50000\r\n\r\n";

// Not all in one moment: this is about slowness, not about the price of TLS handshakes.
constexpr long connections_a_second = 500;

sockaddr_in loopback(const std::string& host, std::uint16_t port) {
  sockaddr_in made{};
  made.sin_family = AF_INET;
  made.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &made.sin_addr) != 1)
    throw std::runtime_error("no address: " + host);
  return made;
}

struct free_tls {
  void operator()(SSL* tls) const { SSL_free(tls); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

// Never blocks.
class slow_connection {
 public:
  enum class state { connecting, open, ended };

  slow_connection(const std::string& source, std::uint16_t port, SSL_CTX* context, std::string_view beginning)
      : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)), beginning_(beginning) {
    const auto from = loopback(source, 0);
    const auto to = loopback("127.0.0.1", port);
    if (descriptor_ < 0 || ::bind(descriptor_, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) {
      state_ = state::ended;
      return;
    }
    ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    if (context == nullptr) return;
    tls_.reset(SSL_new(context));
    SSL_set_fd(tls_.get(), descriptor_);
    SSL_set_connect_state(tls_.get());
  }
  slow_connection(const slow_connection&) = delete;
  slow_connection& operator=(const slow_connection&) = delete;
  ~slow_connection() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  [[nodiscard]] state now() const noexcept { return state_; }
  [[nodiscard]] bool was_answered() const noexcept { return answered_; }
  [[nodiscard]] pollfd interest() const noexcept {
    const auto events = state_ == state::connecting ? POLLIN | POLLOUT : POLLIN;
    return {descriptor_, static_cast<short>(events), 0};
  }

  // Something happened at the socket.
  void ready() {
    ERR_clear_error();  // of another connection of this thread
    if (state_ == state::connecting) finish_connecting();
    if (state_ == state::open) read();
  }
  // Its second is over.
  void another_byte() {
    if (state_ == state::open && !write("a")) state_ = state::ended;
  }

 private:
  void finish_connecting() {
    if (tls_) {
      const int done = SSL_do_handshake(tls_.get());
      if (done != 1) {
        const int why = SSL_get_error(tls_.get(), done);
        if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) state_ = state::ended;
        return;
      }
    } else {
      int error = 0;
      socklen_t size = sizeof error;
      ::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size);
      if (error != 0) {
        state_ = state::ended;
        return;
      }
    }
    state_ = write(beginning_) ? state::open : state::ended;
  }

  void read() {
    std::array<char, 2048> buffer{};
    for (;;) {
      const auto got = tls_ ? SSL_read(tls_.get(), buffer.data(), buffer.size())
                            : static_cast<int>(::recv(descriptor_, buffer.data(), buffer.size(), 0));
      if (got > 0) {
        answered_ = true;
        continue;
      }
      const bool patient =
          tls_ ? SSL_get_error(tls_.get(), got) == SSL_ERROR_WANT_READ : got < 0 && errno == EAGAIN;
      if (!patient) state_ = state::ended;
      return;
    }
  }

  bool write(std::string_view bytes) {
    const auto size = static_cast<int>(bytes.size());
    return size == (tls_ ? SSL_write(tls_.get(), bytes.data(), size)
                         : static_cast<int>(::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL)));
  }

  int descriptor_;
  std::string_view beginning_;
  std::unique_ptr<SSL, free_tls> tls_;
  state state_ = state::connecting;
  bool answered_ = false;
};

// OpenSSL writes without MSG_NOSIGNAL.
void block_broken_pipes() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

void wait_for_any(const std::vector<std::unique_ptr<slow_connection>>& all) {
  std::vector<pollfd> watched;
  watched.reserve(all.size());
  for (const auto& each : all) watched.push_back(each ? each->interest() : pollfd{-1, 0, 0});
  ::poll(watched.data(), watched.size(), 50);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (watched[i].revents != 0) all[i]->ready();
}

}  // namespace

void work_as_an_attacker() {
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 19);
}

slow_crowd::slow_crowd(const std::string& url, std::string source, std::size_t size)
    : source_(std::move(source)) {
  const auto port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  thread_ = std::thread([this, port, tls = url.starts_with("https:"), size] { drive(port, tls, size); });
}

slow_crowd::~slow_crowd() {
  if (thread_.joinable()) finish();
}

crowd_report slow_crowd::finish() {
  stopping_ = true;
  thread_.join();
  report_.closed = closed_;
  return report_;
}

void slow_crowd::drive(std::uint16_t port, bool tls, std::size_t size) {
  block_broken_pipes();
  // An attacker does not look at certificates.
  const std::unique_ptr<SSL_CTX, free_tls> context(tls ? SSL_CTX_new(TLS_client_method()) : nullptr);
  const auto connect = [&](std::size_t i) {
    return std::make_unique<slow_connection>(source_, port, context.get(),
                                             i % 2 == 0 ? endless_header : endless_body);
  };
  std::vector<std::unique_ptr<slow_connection>> all(size);
  const auto begun = clock::now();
  auto next_byte = begun + 1s;
  long looks = 0;
  long connected = 0;
  double seen = 0;
  while (!stopping_) {
    wait_for_any(all);
    const bool second_over = clock::now() >= next_byte;
    if (second_over) next_byte += 1s;
    const auto allowed = (clock::now() - begun) * connections_a_second / 1s;
    std::size_t open = 0;
    for (std::size_t i = 0; i < size; ++i) {
      auto& each = all[i];
      if (!each && connected < allowed) {
        each = connect(i);
        ++connected;
      }
      if (!each) continue;
      if (second_over) each->another_byte();
      if (each->now() == slow_connection::state::open) ++open;
      if (each->now() != slow_connection::state::ended) continue;
      ++closed_;
      report_.answered += each->was_answered() ? 1 : 0;
      each.reset();
    }
    held_ = open;
    if (looks == 0 && open < size * 9 / 10) continue;  // still gathering
    ++looks;
    seen += static_cast<double>(open);
  }
  report_.held = looks == 0 ? 0 : seen / static_cast<double>(looks);
}

}  // namespace mercat::e2e
