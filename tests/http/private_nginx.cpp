#include "tests/http/private_nginx.hpp"

#include "tests/http/raw_client.hpp"

#include <arpa/inet.h>
#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace mercat::tests {

namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

// As many ports as there are places, each free a moment ago.
template <std::size_t Count>
std::array<std::uint16_t, Count> free_ports() {
  std::array<int, Count> sockets{};
  std::array<std::uint16_t, Count> ports{};
  for (std::size_t i = 0; i < Count; ++i) {
    sockets[i] = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(sockets[i], reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::getsockname(sockets[i], reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("no free loopback port");
    ports[i] = ntohs(address.sin_port);
  }
  for (const int each : sockets) ::close(each);
  return ports;
}

// As deploy/local fills its templates: words between two @.
std::string filled(std::string text, const std::map<std::string, std::string>& words) {
  for (const auto& [word, value] : words) {
    const auto mark = "@" + word + "@";
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size()))
      text.replace(at, mark.size(), value);
  }
  return text;
}

}  // namespace

std::filesystem::path nginx_templates() {
  for (auto place :
       {std::filesystem::read_symlink("/proc/self/exe"), std::filesystem::current_path() / "."}) {
    while (place.has_relative_path()) {
      place = place.parent_path();
      if (std::filesystem::exists(place / "nginx/inner.conf.in")) return place / "nginx";
    }
  }
  throw std::runtime_error("no nginx/inner.conf.in above the test program or the working directory");
}

private_nginx::private_nginx(std::uint16_t upstream_port) {
  std::string made = "/tmp/mercat-nginx-XXXXXX";
  if (::mkdtemp(made.data()) == nullptr) throw std::runtime_error("no directory below /tmp");
  home_ = made;
  write_configuration(upstream_port);
  start();
  wait_until_it_answers();
}

private_nginx::~private_nginx() {
  end();
}

void private_nginx::end() noexcept {
  if (master_ > 0) {
    ::kill(master_, SIGTERM);
    ::waitpid(master_, nullptr, 0);
  }
  std::error_code ignored;
  std::filesystem::remove_all(home_, ignored);
}

void private_nginx::write_configuration(std::uint16_t upstream_port) {
  const auto ports = free_ports<3>();
  port_ = ports[0];
  std::ofstream upstreams{home_ / "upstreams.conf"};
  for (const auto* service : {"customer", "products", "shopping"})
    upstreams << "upstream " << service << " {\n    server 127.0.0.1:" << upstream_port << " max_fails=0;\n"
              << "    keepalive 64;\n    keepalive_requests 1000000;\n    keepalive_timeout 5s;\n}\n";
  std::ofstream{home_ / "nginx.conf"}
      << filled(text_of(nginx_templates() / "inner.conf.in"),
                {{"USER", ::getuid() == 0 ? "user root;" : ""},
                 {"HOME", home_.string()},
                 {"LOGS", home_.string()},
                 {"NGINX", nginx_templates().string()},
                 {"UPSTREAMS", (home_ / "upstreams.conf").string()},
                 // fewer, and nginx ends idle connections to make room for the storm's
                 {"WORKER_CONNECTIONS", "16384"},
                 {"PRODUCTS_PORT", std::to_string(ports[0])},
                 {"CUSTOMER_PORT", std::to_string(ports[1])},
                 {"SHOPPING_PORT", std::to_string(ports[2])}});
}

void private_nginx::start() {
  const auto configuration = (home_ / "nginx.conf").string();
  const auto log = (home_ / "error.log").string();
  const auto parent = ::getpid();
  master_ = ::fork();
  if (master_ < 0) throw std::runtime_error("no process for nginx");
  if (master_ > 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(1);
  ::execl("/usr/sbin/nginx", "nginx", "-p", home_.c_str(), "-c", configuration.c_str(), "-e", log.c_str(),
          "-g", "daemon off;", nullptr);
  ::_exit(127);
}

void private_nginx::wait_until_it_answers() {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (connection_refused(port_)) {
    const bool ended = ::waitpid(master_, nullptr, WNOHANG) == master_;
    if (ended) master_ = -1;
    if (!ended && std::chrono::steady_clock::now() < until) {
      std::this_thread::yield();
      continue;
    }
    const auto why = text_of(home_ / "error.log");
    end();
    throw std::runtime_error("nginx does not answer: " + why);
  }
}

}  // namespace mercat::tests
