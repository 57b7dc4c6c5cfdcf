// The abort storm: clients that hang up at random while others verify that each answer is their own.
//
//   abort_storm [--count N] [--seconds LIMIT] [--threads N] [--target HOST:PORT --prefix /path/]
//   [--through-nginx] [--expect-wrong]
//
// Without --target it storms an echo server of its own in this process, with --through-nginx through an inner
// nginx of its own. --expect-wrong turns the verdict round: it is how the same storm shows that it would
// notice a missing connection check. MERCAT_STORM_COUNT and MERCAT_STORM_URL (HOST:PORT/path/) do the same as
// the arguments. Without a count: 40,000 verified answers, 20,000 through nginx; with MERCAT_TEST_ALL
// 200,000.
#include "tests/http/echo_handlers.hpp"
#include "tests/http/private_nginx.hpp"
#include "tests/http/storm.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

using namespace mercat;

struct settings {
  tests::storm_plan plan;
  bool through_nginx = false;
  bool expect_wrong = false;
};

void set_target(tests::storm_plan& plan, const std::string& text) {
  const auto colon = text.find(':');
  const auto slash = text.find('/');
  plan.host = text.substr(0, colon);
  plan.port = static_cast<std::uint16_t>(std::stoi(text.substr(colon + 1)));
  if (slash != std::string::npos) plan.prefix = text.substr(slash);
}

void set_size(settings& read) {
  const bool everything = std::getenv("MERCAT_TEST_ALL") != nullptr;
  if (everything) read.plan.time_limit = 600;
  // Every client that hangs up costs nginx a connection on each side: with more of them the others wait in
  // line.
  if (read.through_nginx) read.plan.aborters = 8;
#ifdef __SANITIZE_THREAD__
  // The sanitizer slows the server down more than those who hang up, who would drive it to its bound on
  // connections.
  read.plan.aborters = 4;
#endif
  if (read.plan.verified == 0)
    read.plan.verified = everything ? 200'000 : read.through_nginx ? 20'000 : 40'000;
}

settings read_settings(int argc, char** argv) {
  settings read;
  read.plan.verified = 0;
  if (const char* count = std::getenv("MERCAT_STORM_COUNT")) read.plan.verified = std::stoull(count);
  if (const char* target = std::getenv("MERCAT_STORM_URL")) set_target(read.plan, target);
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--expect-wrong") {
      read.expect_wrong = true;
      continue;
    }
    if (name == "--through-nginx") {
      read.through_nginx = true;
      continue;
    }
    if (i + 1 == argc) throw std::invalid_argument(name + " needs a value");
    const std::string value = argv[++i];
    if (name == "--count")
      read.plan.verified = std::stoull(value);
    else if (name == "--threads")
      read.plan.threads = static_cast<unsigned>(std::stoul(value));
    else if (name == "--target")
      set_target(read.plan, value);
    else if (name == "--seconds")
      read.plan.time_limit = static_cast<unsigned>(std::stoul(value));
    else if (name == "--prefix")
      read.plan.prefix = value;
    else
      throw std::invalid_argument("unknown argument " + name);
  }
  set_size(read);
  return read;
}

// The server under the storm, in this process.
struct own_server {
  log::logger logger{"storm", "storm-1", log::level::warning};
  metrics::registry metrics;
  async::event_loop away{"away"};
  http::server server;

  own_server() : server(options(), tests::echo_routes(away), nullptr, logger, metrics) { server.start(); }

  static http::server_options options() {
    http::server_options chosen;
    chosen.threads = 2;
    chosen.max_in_flight = 4096;
    chosen.access_log = false;
    return chosen;
  }

  // What is left behind once all clients are gone, after at most five seconds.
  [[nodiscard]] std::size_t left_behind() const {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (server.in_flight() + server.connections() != 0 && std::chrono::steady_clock::now() < until) {
      std::this_thread::yield();
    }
    return server.in_flight() + server.connections();
  }
};

int storm(settings chosen) {
  std::unique_ptr<own_server> own;
  if (chosen.plan.port == 0) {
    own = std::make_unique<own_server>();
    chosen.plan.port = own->server.port();
  }
  std::optional<tests::private_nginx> between;
  if (chosen.through_nginx) chosen.plan.port = between.emplace(chosen.plan.port).port();
  const auto begin = std::chrono::steady_clock::now();
  const auto result = tests::run_storm(chosen.plan);
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  between.reset();  // its idle connections to the server would count as left behind
  const auto left = own ? own->left_behind() : 0;
  const auto say = [](const char* what, std::uint64_t count) {
    std::printf("%s %llu ", what, static_cast<unsigned long long>(count));
  };
  say("verified", result.verified);
  say("wrong", result.wrong);
  say("stuck", result.stuck);
  say("refused", result.refused);
  say("cut", result.cut);
  say("aborted", result.aborted);
  say("left-behind", left);
  std::printf("seconds %.1f\n", seconds);
  if (chosen.expect_wrong) return result.wrong > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
  const bool enough = result.verified >= chosen.plan.verified;
  return enough && result.wrong + result.stuck + result.cut + left == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return storm(read_settings(argc, argv));
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "abort_storm: %s\n", failure.what());
    return 2;
  }
}
