#include "tests/security/wire.hpp"

#include "tests/e2e/shop.hpp"

#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <csignal>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <span>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace mercat::security {

namespace {

using clock = std::chrono::steady_clock;

sockaddr_in address_of(std::uint32_t host, std::uint16_t port) {
  sockaddr_in made{};
  made.sin_family = AF_INET;
  made.sin_port = htons(port);
  made.sin_addr.s_addr = htonl(host);
  return made;
}

// 127.20.0.1 to 127.219.249.250, another one each time; two programs begin at different ones.
std::uint32_t fresh_source() {
  static std::atomic<unsigned> count{0};
  const unsigned n = count++;
  const auto second = 20 + (static_cast<unsigned>(::getpid()) + n / 62'500) % 200;
  return 127U << 24U | second << 16U | (n / 250 % 250) << 8U | (n % 250 + 1);
}

SSL_CTX* trust() {
  static SSL_CTX* const context = [] {
    SSL_CTX* made = SSL_CTX_new(TLS_client_method());
    if (made == nullptr || SSL_CTX_load_verify_file(made, e2e::variable("MERCAT_TLS_CA").c_str()) != 1)
      throw std::runtime_error("MERCAT_TLS_CA names no certificate");
    SSL_CTX_set_verify(made, SSL_VERIFY_PEER, nullptr);
    // OpenSSL writes without MSG_NOSIGNAL; what the other side has closed is for the reading side to find
    // out.
    std::signal(SIGPIPE, SIG_IGN);
    return made;
  }();
  return context;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

e2e::answer head_of(std::string_view text) {
  e2e::answer read;
  const auto line = text.substr(0, text.find("\r\n"));
  if (!line.starts_with("HTTP/1.1 ") || line.size() < 12) {
    read.status = -1;
    read.failure = "no answer in HTTP/1.1";
    return read;
  }
  read.status = std::stoi(std::string(line.substr(9, 3)));
  text.remove_prefix(std::min(line.size() + 2, text.size()));
  while (!text.empty()) {
    const auto field = text.substr(0, text.find("\r\n"));
    text.remove_prefix(std::min(field.size() + 2, text.size()));
    const auto colon = std::min(field.find(": "), field.size());
    const auto value = field.substr(std::min(colon + 2, field.size()));
    read.headers[lower(std::string(field.substr(0, colon)))] = value;
  }
  return read;
}

}  // namespace

struct wire::socket {
  int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  SSL* tls = nullptr;

  ~socket() {
    if (tls != nullptr) SSL_free(tls);
    ::close(descriptor);
  }

  long write(std::string_view bytes) const {
    if (tls == nullptr) return ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return SSL_write(tls, bytes.data(), static_cast<int>(bytes.size()));
  }
  // 0 or below: the end; nothing: not yet (what came was TLS's own, a session ticket).
  std::optional<long> read(std::span<char> into) const {
    if (tls == nullptr) return ::recv(descriptor, into.data(), into.size(), 0);
    const int count = SSL_read(tls, into.data(), static_cast<int>(into.size()));
    if (count <= 0 && SSL_get_error(tls, count) == SSL_ERROR_WANT_READ) return std::nullopt;
    return count;
  }
  void secure() {
    tls = SSL_new(trust());
    SSL_set_fd(tls, descriptor);
    SSL_clear_mode(tls, SSL_MODE_AUTO_RETRY);
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), "127.0.0.1");
    if (SSL_connect(tls) != 1) throw std::runtime_error("no TLS with the edge, or a wrong certificate");
  }
};

wire::wire(const place& to, std::uint16_t port) : socket_(std::make_unique<socket>()) {
  const int one = 1;
  const timeval patience{10, 0};  // for connect() and the TLS handshake too
  const auto descriptor = socket_->descriptor;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const auto from = address_of(fresh_source(), 0);
  const auto there = address_of(INADDR_LOOPBACK, port == 0 ? to.port() : port);
  if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0 ||
      ::connect(descriptor, reinterpret_cast<const sockaddr*>(&there), sizeof there) != 0)
    throw std::runtime_error("nobody answers at " + to.name);
  if (to.tls) socket_->secure();
}

wire::~wire() = default;

void wire::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = socket_->write(bytes.substr(0, 16'384));
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void wire::half_close() {
  if (socket_->tls != nullptr) SSL_shutdown(socket_->tls);
  ::shutdown(socket_->descriptor, SHUT_WR);
}

wire::arrival wire::more(clock::time_point until) {
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - clock::now()).count();
    pollfd waiting{socket_->descriptor, POLLIN, 0};
    const bool kept_back = socket_->tls != nullptr && SSL_pending(socket_->tls) > 0;
    if (!kept_back && ::poll(&waiting, 1, static_cast<int>(std::max<long>(left, 0))) <= 0)
      return arrival::nothing;
    std::array<char, 65'536> chunk;
    const auto count = socket_->read(chunk);
    if (!count) continue;
    if (*count <= 0) return arrival::end;
    buffer_.append(chunk.data(), static_cast<std::size_t>(*count));
    return arrival::bytes;
  }
}

std::optional<e2e::answer> wire::read(bool head, std::chrono::milliseconds limit) {
  const auto begun = clock::now();
  for (;;) {
    if (const auto end = buffer_.find("\r\n\r\n"); end != std::string::npos) {
      auto found = head_of(std::string_view(buffer_).substr(0, end));
      const auto length = found.header("content-length");
      const auto size = head || length.empty() ? 0 : std::stoul(length);
      if (buffer_.size() >= end + 4 + size) {
        found.body = buffer_.substr(end + 4, size);
        found.took = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - begun);
        buffer_.erase(0, end + 4 + size);
        if (found.status >= 200) return found;
        continue;
      }
    }
    const auto came = more(begun + limit);
    if (came == arrival::bytes) continue;
    if (came == arrival::nothing || buffer_.empty()) return std::nullopt;
    auto cut_off = head_of(buffer_.substr(0, buffer_.find("\r\n\r\n")));
    buffer_.clear();
    return cut_off;
  }
}

bool wire::ended(std::chrono::milliseconds limit) {
  return buffer_.empty() && more(clock::now() + limit) == arrival::end;
}

bool wire::silent(std::chrono::milliseconds limit) {
  return buffer_.empty() && more(clock::now() + limit) == arrival::nothing;
}

}  // namespace mercat::security
