// What a pool measures: mercat_db_unit_seconds{unit} (from submission to the end, so with the wait) and
// mercat_db_failures_total{kind}. Thread-safe.
#pragma once

#include "common/db/job.hpp"
#include "common/metrics/registry.hpp"

#include <exception>

namespace mercat::db {

class pool_metrics {
 public:
  explicit pool_metrics(metrics::registry& registry);

  void ended(const job& item);                  // a worker is done with it
  void refused(const std::exception_ptr& why);  // it never reached one

 private:
  void count(const std::exception_ptr& failure);

  prometheus::Histogram& transactions_;
  prometheus::Histogram& reads_;
  prometheus::Counter& lost_;
  prometheus::Counter& commit_unknown_;
  prometheus::Counter& busy_;
  prometheus::Counter& too_slow_;
  prometheus::Counter& overloaded_;
  prometheus::Counter& bugs_;
};

}  // namespace mercat::db
