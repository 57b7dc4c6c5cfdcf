// What a broker may say together with the end of the login, played by a server of one connection.
#include "client.hpp"
#include "common/amqp/wire.hpp"

#include <amqp_framing.h>
#include <boost/test/unit_test.hpp>

#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace mercat;
using namespace mercat::test;

namespace {

constexpr std::size_t tune_ok_and_open = 20 + 16;  // with a vhost of one letter

// Logs its client in and says more in the same breath, then is silent until the client goes.
class talkative_broker {
 public:
  talkative_broker() {
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof own;
    BOOST_REQUIRE(::bind(listener_, reinterpret_cast<const sockaddr*>(&own), size) == 0);
    BOOST_REQUIRE(::listen(listener_, 1) == 0);
    BOOST_REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&own), &size) == 0);
    port_ = ntohs(own.sin_port);
    thread_ = std::thread([this] { play(); });
  }
  ~talkative_broker() {
    thread_.join();
    ::close(listener_);
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void play() {
    const int client = ::accept(listener_, nullptr, nullptr);
    amqp::output out{131072};
    amqp_connection_start_t start{};
    start.version_major = 0;
    start.version_minor = 9;
    start.mechanisms = amqp::as_bytes("PLAIN");
    start.locales = amqp::as_bytes("en_US");
    await_bytes(client);
    out.method(0, AMQP_CONNECTION_START_METHOD, &start);
    (void)out.flush(client);
    await_bytes(client);
    amqp_connection_tune_t tune{2047, 131072, 10};
    out.method(0, AMQP_CONNECTION_TUNE_METHOD, &tune);
    (void)out.flush(client);
    for (std::size_t got = 0; got < tune_ok_and_open;) got += await_bytes(client);
    amqp_connection_open_ok_t open{};
    out.method(0, AMQP_CONNECTION_OPEN_OK_METHOD, &open);
    amqp_connection_blocked_t blocked{amqp::as_bytes("low on memory")};
    out.method(0, AMQP_CONNECTION_BLOCKED_METHOD, &blocked);
    (void)out.flush(client);
    while (await_bytes(client) > 0) {
    }
    ::close(client);
  }
  static std::size_t await_bytes(int from) {
    char bytes[4096];
    const auto count = ::recv(from, bytes, sizeof bytes, 0);
    return count > 0 ? static_cast<std::size_t>(count) : 0;
  }

  int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace

// The library reads both frames from the socket, which then never gets readable for the second one.
BOOST_AUTO_TEST_CASE(what_comes_in_one_piece_with_the_login_is_heard_at_once) {
  const talkative_broker server;
  amqp::connection_options options;
  options.port = server.port();
  options.vhost = "v";
  options.user = options.password = options.name = "x";
  const client one{options};
  BOOST_TEST(one.comes_up());
  BOOST_TEST(eventually(2s, [&] { return one.connection.blocked(); }));
}
