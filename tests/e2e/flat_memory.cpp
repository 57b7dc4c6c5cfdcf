// Served and abandoned requests leave nothing behind.
#include "tests/e2e/steady_load.hpp"
#include "tests/support/memory.hpp"

#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace mercat;
using namespace mercat::e2e;
using namespace std::chrono_literals;

namespace {

// A path of that service whose handler waits for somebody else, where it has one.
std::string path_of(const std::string& service) {
  if (service.starts_with("bff-")) return "/api/products?limit=5";
  return service == "products" ? "/products?limit=5" : "/whoami";
}

// Sends a request to a replica and hangs up without reading the answer.
void abandon_request(std::uint16_t port, const std::string& path) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    const auto request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: abandoner\r\n\r\n";
    static_cast<void>(::send(fd, request.data(), request.size(), MSG_NOSIGNAL));
    constexpr linger at_once{1, 0};  // a reset instead of an orderly end
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  ::close(fd);
}

void serve(long requests) {
  steady_load load(8, mixed_shopping(), [](const answer& received) { return received.status == 200; });
  BOOST_TEST(becomes_true([&] { return load.requests() >= requests; }, 60min));
  const auto report = load.finish();
  BOOST_TEST(report.unwanted == 0, to_text(report));
}

void abandon(long requests) {
  const auto services = replicas();
  for (long i = 0; i < requests; ++i) {
    const auto& victim = services[static_cast<std::size_t>(i) % services.size()];
    if (victim.port != 0) abandon_request(victim.port, path_of(victim.service()));
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(served_and_abandoned_requests_leave_memory_flat) {
  const long served = run_everything() ? 1'000'000 : 20'000;
  const long abandoned = run_everything() ? 100'000 : 5'000;
  serve(served / 4);  // warm: arenas, caches, kept connections
  abandon(abandoned / 4);
  std::map<std::string, std::int64_t> before;
  for (const auto& each : replicas()) before[each.name] = test::resident_kib(each.pid);

  serve(served);
  abandon(abandoned);
  for (const auto& each : replicas()) {
    const auto now = test::resident_kib(each.pid);
    BOOST_TEST_MESSAGE(each.name << ": " << before[each.name] << " KiB, after " << served << " served and "
                                 << abandoned << " abandoned requests " << now << " KiB");
    BOOST_TEST((now < before[each.name] + 4096 || !test::memory_tells),
               each.name << " grew from " << before[each.name] << " to " << now);
  }
}
