#include "common/lifecycle/private_listener.hpp"

#include "common/http/standard_routes.hpp"
#include "common/lifecycle/proc_self.hpp"

#include <algorithm>

namespace mercat::lifecycle {

namespace {

std::string_view status_text(phase now, bool all_up) {
  if (now == phase::starting) return "starting";
  if (now == phase::draining) return "draining";
  return all_up ? "ready" : "degraded";
}

async::task<http::response> ready(const condition& state) {
  co_return state.ready();
}

async::task<http::response> metrics_text(const condition& state, const metrics::registry& shown) {
  // What is observed may not be there yet, or not any more when a start has failed.
  if (state.now() == phase::starting) co_return http::response{503, "starting\n", "text/plain", {}};
  co_return http::response{200, shown.text(), "text/plain; version=0.0.4; charset=utf-8", {}};
}

http::route_table routes(const condition& state, const metrics::registry& shown) {
  http::route_table table;
  http::add_status_route(table);
  table.push_back({http::method::get, "/ready", http::access::anyone,
                   [&state](const http::request&) { return ready(state); }});
  table.push_back({http::method::get, "/metrics", http::access::anyone,
                   [&state, &shown](const http::request&) { return metrics_text(state, shown); }});
  return table;
}

http::server_options options(std::string address, std::uint16_t port) {
  http::server_options chosen;
  chosen.address = std::move(address);
  chosen.port = port;
  chosen.max_in_flight = 16;
  chosen.max_connections = 64;
  chosen.access_log = false;
  return chosen;
}

}  // namespace

void condition::depends_on(std::string name, std::function<bool()> up) {
  const std::lock_guard lock(mutex_);
  dependencies_.emplace_back(std::move(name), std::move(up));
}

void condition::serving(const http::server* server, std::chrono::milliseconds ready_after) {
  server_.store(server);
  ready_after_ms_.store(ready_after.count());
  phase_.store(phase::serving);
}

bool condition::all_up() const {
  const std::lock_guard lock(mutex_);
  return std::all_of(dependencies_.begin(), dependencies_.end(),
                     [](const auto& each) { return each.second(); });
}

http::response condition::ready() const {
  const auto phase_now = now();
  const auto* server = server_.load();
  std::vector<std::pair<std::string, bool>> seen;
  bool all_up = true;
  if (phase_now != phase::starting) {  // before, what they ask may not be there
    const std::lock_guard lock(mutex_);
    for (const auto& [name, up] : dependencies_) {
      seen.emplace_back(name, up());
      all_up = all_up && seen.back().second;
    }
  }
  json::writer out;
  out.StartObject();
  out.key("status").text(status_text(phase_now, all_up));
  out.key("replica").text(replica_);
  out.key("inFlight").Uint64(server != nullptr ? server->in_flight() : 0);
  out.key("connections").Uint64(server != nullptr ? server->connections() : 0);
  out.key("readyAfterMs");
  if (const auto after = ready_after_ms_.load(); after >= 0) {
    out.Int64(after);
  } else {
    out.Null();
  }
  out.key("residentBytes").Int64(resident_bytes());
  out.key("dependencies").StartObject();
  for (const auto& [name, up] : seen) out.key(name).text(up ? "up" : "down");
  out.EndObject();
  out.EndObject();
  return http::response::json(out.take(), phase_now == phase::serving ? 200 : 503);
}

private_listener::private_listener(std::string address, std::uint16_t port, const condition& state,
                                   const metrics::registry& shown, log::logger& logger)
    : server_(options(std::move(address), port), routes(state, shown), nullptr, logger, own_) {
  server_.start();
}

}  // namespace mercat::lifecycle
