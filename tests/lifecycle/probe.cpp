// A service with nothing in it but ways to be slow and to get stuck.
#include "common/lifecycle/process.hpp"

#include <atomic>
#include <stdexcept>
#include <unistd.h>

namespace async = mercat::async;
namespace http = mercat::http;
namespace lifecycle = mercat::lifecycle;
using std::chrono::milliseconds;

namespace {

async::task<http::response> slow(async::event_loop& loop, long wait_ms) {
  co_await loop.sleep(milliseconds{wait_ms});
  co_return http::response::json("{\"slow\":true}");
}

async::task<http::response> stuck() {
  while (true) ::pause();  // blocks the reactor's thread
  co_return http::response::no_content();
}

http::route_table routes(async::event_loop& loop) {
  http::route_table table;
  http::route slow_route{http::method::get, "/slow", http::access::anyone,
                         [&loop](const http::request& request) {
                           return slow(loop, request.query.integer("ms", 0, 0, 60'000));
                         }};
  slow_route.time_limit = milliseconds{60'000};
  table.push_back(slow_route);
  table.push_back(
      {http::method::get, "/stuck", http::access::anyone, [](const http::request&) { return stuck(); }});
  return table;
}

struct settings {
  lifecycle::process_options process;
  milliseconds part_busy{};
  std::string start;
  bool broker_up = true;
};

settings read(int argc, char** argv) {
  mercat::config::environment env("probe", "a service for tests");
  settings read_settings;
  read_settings.process = lifecycle::process_options::declare(env, "probe");
  read_settings.process.watchdog_limit = env.milliseconds("MERCAT_WATCHDOG_MS", milliseconds{10'000}, "");
  read_settings.part_busy =
      env.milliseconds("MERCAT_PART_BUSY_MS", milliseconds{0}, "a part is busy so long");
  read_settings.start = env.one_of("MERCAT_START", {"good", "throws", "hangs"}, "good", "how it starts");
  read_settings.broker_up = env.flag("MERCAT_BROKER_UP", true, "what its dependency says");
  env.finish(argc, argv);
  return read_settings;
}

}  // namespace

int main(int argc, char** argv) {
  return lifecycle::run([&] {
    const auto chosen = read(argc, argv);
    lifecycle::process process{chosen.process};
    if (chosen.start == "throws") throw std::runtime_error("the database\nis not there");
    process.logger().info("starting", {{"privatePort", std::int64_t{process.private_port()}}});
    if (chosen.start == "hangs") {
      while (true) ::pause();
    }
    process.depends_on("broker", [&] { return chosen.broker_up; });
    std::atomic<std::int64_t> busy_until{0};
    const auto now = [] { return async::deadline::clock::now().time_since_epoch().count(); };
    process.on_drain([&] { busy_until = now() + std::chrono::nanoseconds(chosen.part_busy).count(); },
                     [&] { return now() >= busy_until.load(); });
    http::server server{{}, routes(process.loop()), nullptr, process.logger(), process.metrics()};
    return process.serve(server);
  });
}
