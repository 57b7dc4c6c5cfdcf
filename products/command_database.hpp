// command_database: the database of a command that loads products and then leaves. Migrated; transactions
// like those of the service, with the patience of a batch, and without coroutines: the caller waits.
#pragma once

#include "common/async/wait_for.hpp"
#include "common/db/migration.hpp"
#include "products/migrations.hpp"
#include "products/settings.hpp"

#include <chrono>

namespace mercat::products {

class command_database {
 public:
  explicit command_database(const settings& configured)
      : logger_("products", configured.process.replica, log::level::warning),
        pool_(patient(configured.database), logger_, metrics_) {
    db::migrate(pool_, migrations(), std::chrono::seconds{30}, logger_);
  }

  // Blocks; rethrows. work: like that of db::pool::transaction().
  template <class Work>
  void transaction(Work work) {
    async::wait_for(loop_, [&] { return pool_.transaction(async::deadline::in(time_limit), work); });
  }

 private:
  static constexpr std::chrono::seconds time_limit{30};

  static db::pool_options patient(db::pool_options options) {
    options.threads = 1;
    options.time_limit = time_limit;
    return options;
  }

  log::logger logger_;
  metrics::registry metrics_;
  async::event_loop loop_{"command"};  // before the pool, whose threads post to it to their end
  db::pool pool_;
};

}  // namespace mercat::products
