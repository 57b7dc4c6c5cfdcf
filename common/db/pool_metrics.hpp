// What a pool measures: mercat_db_unit_seconds{unit} (from submission to the end, so with the wait) and
// mercat_db_failures_total{kind}; with the label `pool` for a pool that has a name. Thread-safe.
#pragma once

#include "common/db/job.hpp"
#include "common/metrics/registry.hpp"

#include <exception>
#include <string>

namespace mercat::db {

class pool_metrics {
 public:
  pool_metrics(metrics::registry& registry, const std::string& pool_name);

  // These labels, and the pool's.
  [[nodiscard]] static metrics::labels labels_of(const std::string& pool_name, metrics::labels by = {});

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
