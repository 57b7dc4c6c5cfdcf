#include "common/http/server.hpp"

#include "common/http/core.hpp"
#include "common/http/transport.hpp"

#include <pistache/reactor.h>

#include <algorithm>
#include <future>
#include <mutex>
#include <stdexcept>
#include <vector>

namespace mercat::http {

namespace {

// A handler that never ended may still be resumed by the thread it waits for: its reactor must not be freed.
void keep_for_ever(std::vector<std::shared_ptr<transport>> abandoned) {
  static auto* kept = new std::vector<std::shared_ptr<transport>>;
  for (auto& each : abandoned) kept->push_back(std::move(each));
}

void check_access(const route_table& routes, bool verified) {
  const bool open = std::all_of(routes.begin(), routes.end(),
                                [](const route& each) { return each.access == access::anyone; });
  if (!verified && !open) throw std::logic_error("a route demands a token, but there is no verifier");
}

}  // namespace

struct server::state {
  std::shared_ptr<core> shared;
  std::unique_ptr<Pistache::Aio::Reactor> reactor;
  std::mutex mutex;  // of reactors: start and stop against ticks
  std::vector<std::shared_ptr<transport>> reactors;
  std::uint16_t port = 0;

  void expose(metrics::registry& metrics) const {
    const metrics::labels by{{"listener", shared->options.address + ":" + std::to_string(port)}};
    metrics.observe("mercat_http_in_flight", "Requests whose handler has not ended", by,
                    [keep = shared] { return static_cast<double>(keep->in_flight.load()); });
    metrics.observe("mercat_http_connections", "Open client connections", by,
                    [keep = shared] { return static_cast<double>(keep->connections.load()); });
  }
};

server::server(server_options options, route_table routes,
               std::shared_ptr<const auth::token_verifier> verifier, log::logger& logger,
               metrics::registry& metrics)
    : state_(std::make_unique<state>()) {
  check_access(routes, verifier != nullptr);
  state_->shared =
      std::make_shared<core>(std::move(options), std::move(routes), std::move(verifier), logger, metrics);
}

server::~server() {
  stop();
}

void server::start() {
  auto& options = state_->shared->options;
  auto socket = std::make_shared<std::unique_ptr<listening_socket>>(
      std::make_unique<listening_socket>(options.address, options.port));
  state_->port = (*socket)->port();
  state_->expose(state_->shared->metrics);

  state_->reactor = std::make_unique<Pistache::Aio::Reactor>();
  state_->reactor->init(Pistache::Aio::AsyncContext(std::max<std::size_t>(options.threads, 1), "http"));
  const auto key = state_->reactor->addHandler(std::make_shared<transport>(state_->shared));
  const std::lock_guard lock(state_->mutex);
  std::vector<transport*> all;
  for (const auto& each : state_->reactor->handlers(key)) {
    state_->reactors.push_back(std::static_pointer_cast<transport>(each));
    all.push_back(state_->reactors.back().get());
  }
  state_->reactor->run();
  auto& first = *all.front();
  first.post([&first, socket, all] { first.listen(std::move(*socket), all); });
}

std::uint16_t server::port() const noexcept {
  return state_->port;
}

void server::begin_drain() {
  const std::lock_guard lock(state_->mutex);
  if (state_->shared->draining.exchange(true) || state_->reactors.empty()) return;
  auto& first = *state_->reactors.front();
  first.post([&first] { first.stop_accepting(); });
}

std::size_t server::in_flight() const noexcept {
  return state_->shared->in_flight.load();
}

std::size_t server::connections() const noexcept {
  return state_->shared->connections.load();
}

void server::stop() {
  if (!state_->reactor) return;
  for (const auto& each : state_->reactors) {
    std::promise<void> closed;
    each->post([&each, &closed] {
      each->close_all();
      closed.set_value();
    });
    closed.get_future().wait();
  }
  state_->reactor->shutdown();
  state_->reactor.reset();  // joins its threads
  const std::lock_guard lock(state_->mutex);
  if (in_flight() != 0) keep_for_ever(std::move(state_->reactors));
  state_->reactors.clear();
}

std::uint64_t server::ticks() const noexcept {
  const std::lock_guard lock(state_->mutex);
  std::uint64_t least = state_->reactors.empty() ? 0 : ~std::uint64_t{0};
  for (const auto& each : state_->reactors) least = std::min(least, each->ticks());
  return least;
}

}  // namespace mercat::http
