#include "shopping/rebuild_command.hpp"

#include "common/amqp/rpc.hpp"
#include "common/async/wait_for.hpp"
#include "common/db/migration.hpp"
#include "common/error.hpp"
#include "shopping/migrations.hpp"
#include "shopping/replica_build.hpp"

#include <chrono>
#include <iostream>
#include <stdexcept>

namespace mercat::shopping {

namespace {

using clock = async::deadline::clock;

constexpr std::chrono::seconds step_limit{5};
constexpr std::chrono::seconds patience{60};  // longer than a lease that a dead process left
constexpr std::chrono::milliseconds between_tries{250};
constexpr std::chrono::seconds between_lines{1};

// Gives the reason why a step got nowhere; null when it went on. Other failures are thrown.
async::task<std::optional<std::string>> try_step(replica_build& build, build_state& state) {
  std::optional<std::string> reason;
  try {
    state = co_await build.step(async::deadline::in(step_limit));
    if (state == build_state::busy) reason = "another build of the replica goes on";
  } catch (const error& cause) {
    if (cause.kind() != fault::unavailable && cause.kind() != fault::too_slow) throw;
    reason = cause.detail();
  }
  co_return reason;
}

async::task<void> run(replica_build& build, async::event_loop& loop) {
  auto state = build_state::going_on;
  auto last_progress = clock::now();
  auto last_line = clock::now();
  while (state != build_state::finished) {
    const auto reason = co_await try_step(build, state);
    const auto now = clock::now();
    if (!reason) last_progress = now;
    if (now - last_progress > patience) throw std::runtime_error(*reason);
    if (now - last_line > between_lines) {
      last_line = now;
      std::cout << build.counts().products << " products so far";
      if (reason) std::cout << "; waiting: " << *reason;
      std::cout << std::endl;
    }
    if (reason) co_await loop.sleep(between_tries);
  }
}

}  // namespace

void rebuild_replica(const settings& configured) {
  const auto began = clock::now();
  const auto& replica = configured.process.replica;
  log::logger logger{"shopping", replica, log::level::error};
  metrics::registry metrics;
  async::event_loop loop{"rebuild"};  // before the pool, whose threads post to it to their end
  db::pool database{configured.database, logger, metrics};
  db::migrate(database, migrations(), std::chrono::seconds{30}, logger);
  amqp::connection connection{loop, configured.broker.named(replica + " rebuild"), logger, metrics};
  amqp::rpc_client products{connection, {"PRODUCT_RPC"}, metrics};
  product_offers offers{products};
  replica_build build{database, offers};

  std::cout << "rebuilding the product replica" << std::endl;
  async::wait_for(loop, [&] { return run(build, loop); });
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - began);
  std::cout << "rebuilt: " << build.counts().products << " products, " << build.counts().deleted
            << " deleted ones, " << build.counts().removed << " rows removed that products does not know, in "
            << took.count() << " ms" << std::endl;
}

}  // namespace mercat::shopping
