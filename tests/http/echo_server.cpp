// A server with the echo routes, for measurements and for the abort storm through nginx:
//   echo_server PORT [REACTOR-THREADS]        until its standard input ends or it is killed
#include "tests/http/echo_handlers.hpp"

#include <cstdio>
#include <cstdlib>
#include <sys/resource.h>
#include <unistd.h>

int main(int argc, char** argv) {
  using namespace mercat;
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);

  log::logger logger("echo", "echo-1", log::level::warning);
  metrics::registry metrics;
  async::event_loop away("away");
  http::server_options options;
  options.port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 0);
  options.threads = static_cast<std::size_t>(argc > 2 ? std::atoi(argv[2]) : 1);
  options.max_in_flight = 4096;
  http::server server(options, tests::echo_routes(away), nullptr, logger, metrics);
  server.start();
  std::printf("listening on 127.0.0.1:%u\n", static_cast<unsigned>(server.port()));
  std::fflush(stdout);
  for (char ignored = 0; ::read(STDIN_FILENO, &ignored, 1) > 0;) continue;
  server.stop();
  return EXIT_SUCCESS;
}
