#include "running_probe.hpp"

#include "common/json/document.hpp"

#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <csignal>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using clock_type = std::chrono::steady_clock;

// Reads what is there within the time left; false at the end of the stream or of the time.
bool read_more(int descriptor, std::string& into, clock_type::time_point until) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - clock_type::now()).count();
  pollfd waiting{descriptor, POLLIN, 0};
  if (left <= 0 || ::poll(&waiting, 1, static_cast<int>(left)) <= 0) return false;
  char buffer[4096];
  const auto n = ::read(descriptor, buffer, sizeof buffer);
  if (n <= 0) return false;
  into.append(buffer, static_cast<std::size_t>(n));
  return true;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& each : texts) out.push_back(each.data());
  out.push_back(nullptr);
  return out;
}

}  // namespace

running_probe::running_probe(std::vector<std::string> variables, std::vector<std::string> arguments) {
  int out[2];
  int err[2];
  BOOST_REQUIRE(::pipe2(out, O_CLOEXEC) == 0 && ::pipe2(err, O_CLOEXEC) == 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  posix_spawn_file_actions_adddup2(&actions, err[1], 2);
  arguments.insert(arguments.begin(), PROBE);
  auto argv = pointers(arguments);
  auto envp = pointers(variables);
  BOOST_REQUIRE(::posix_spawn(&pid_, PROBE, &actions, nullptr, argv.data(), envp.data()) == 0);
  posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  ::close(err[1]);
  out_ = out[0];
  err_ = err[0];
}

running_probe::~running_probe() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(out_);
  ::close(err_);
}

std::string running_probe::line_with(const std::string& text) {
  const auto until = clock_type::now() + std::chrono::seconds{10};
  do {
    for (std::size_t end = 0; (end = unread_.find('\n')) != std::string::npos;) {
      const auto line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      if (line.find(text) != std::string::npos) return line;
    }
  } while (read_more(out_, unread_, until));
  BOOST_FAIL("no line with " << text);
  return {};
}

void running_probe::wait_until_ready() {
  namespace json = mercat::json;
  const auto read = json::document::parse(line_with("\"message\":\"ready\""));
  port = static_cast<std::uint16_t>(json::integer(read.root(), "port").value());
  private_port = static_cast<std::uint16_t>(json::integer(read.root(), "privatePort").value());
  ready_after = std::chrono::milliseconds{json::integer(read.root(), "readyAfterMs").value()};
}

void running_probe::signal(int number) const {
  BOOST_REQUIRE(::kill(pid_, number) == 0);
}

int running_probe::wait_for_end(std::chrono::seconds limit) {
  // The end of its output comes with its end.
  const auto until = clock_type::now() + limit;
  while (read_more(out_, unread_, until)) {
  }
  BOOST_REQUIRE(clock_type::now() < until);
  int status = 0;
  BOOST_REQUIRE(::waitpid(pid_, &status, 0) == pid_);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

std::string running_probe::errors() {
  std::string all;
  while (read_more(err_, all, clock_type::now() + std::chrono::seconds{10})) {
  }
  return all;
}

connection::connection(std::uint16_t port) {
  descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(descriptor_);
    descriptor_ = -1;
  }
}

connection::~connection() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void connection::send(const std::string& path) const {
  const std::string request =
      "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: test\r\nConnection: keep-alive\r\n\r\n";
  BOOST_REQUIRE(::send(descriptor_, request.data(), request.size(), MSG_NOSIGNAL) ==
                static_cast<ssize_t>(request.size()));
}

bool connection::silent_for(std::chrono::milliseconds time) const {
  pollfd waiting{descriptor_, POLLIN, 0};
  return ::poll(&waiting, 1, static_cast<int>(time.count())) == 0;
}

std::string connection::receive() {
  const auto until = clock_type::now() + std::chrono::seconds{20};
  std::string answer;
  while (true) {
    const auto head_end = answer.find("\r\n\r\n");
    const auto length_at = answer.find("Content-Length: ");
    if (head_end != std::string::npos && length_at < head_end) {
      const auto length = std::stoul(answer.substr(length_at + 16));
      if (answer.size() >= head_end + 4 + length) return answer;
    }
    if (!read_more(descriptor_, answer, until)) return answer;
  }
}
