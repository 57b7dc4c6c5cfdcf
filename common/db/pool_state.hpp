// The inside of a pool: what its threads share. Only pool.cpp and migration.cpp include it.
#pragma once

#include "common/db/connection.hpp"
#include "common/db/job_queue.hpp"
#include "common/db/pool.hpp"
#include "common/db/pool_metrics.hpp"

#include <atomic>
#include <exception>
#include <memory>
#include <thread>
#include <vector>

namespace mercat::db {

struct pool::state {
  state(pool_options given, log::logger& log, metrics::registry& registry);

  // For the calling thread, with a driver_thread of its own.
  [[nodiscard]] std::unique_ptr<connection> blocking_connection() const;

  void work();  // a worker thread's life
  void execute(job& item, std::unique_ptr<connection>& link);
  static void run_once(job& item, connection& link);
  bool reconnect(std::unique_ptr<connection>& link);
  void drop(std::unique_ptr<connection>& link);
  // Each gets an exception of its own: who waits for them is on different threads.
  template <class Failure>
  void fail_all(job* first);

  const pool_options options;
  log::logger& logger;
  const connect_options connect;
  job_queue queue;
  pool_metrics measured;
  std::atomic<bool> away{false};
  std::vector<std::thread> threads;
};

}  // namespace mercat::db
