#include "common/db/pool_metrics.hpp"

#include "common/db/error.hpp"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>

#include <chrono>

namespace mercat::db {

namespace {

prometheus::Counter& failures(metrics::registry& registry, const std::string& pool, const char* kind) {
  return registry.counter("mercat_db_failures_total", "Units of work that failed, by kind",
                          pool_metrics::labels_of(pool, {{"kind", kind}}));
}

prometheus::Histogram& seconds(metrics::registry& registry, const std::string& pool, const char* unit_name) {
  return registry.latency("mercat_db_unit_seconds", "Time of a unit of work, waiting included",
                          pool_metrics::labels_of(pool, {{"unit", unit_name}}));
}

}  // namespace

metrics::labels pool_metrics::labels_of(const std::string& pool_name, metrics::labels by) {
  if (!pool_name.empty()) by.emplace("pool", pool_name);
  return by;
}

pool_metrics::pool_metrics(metrics::registry& registry, const std::string& pool_name)
    : transactions_(seconds(registry, pool_name, "transaction")),
      reads_(seconds(registry, pool_name, "read")),
      lost_(failures(registry, pool_name, "lost")),
      commit_unknown_(failures(registry, pool_name, "commit-unknown")),
      busy_(failures(registry, pool_name, "busy")),
      too_slow_(failures(registry, pool_name, "too-slow")),
      overloaded_(failures(registry, pool_name, "overloaded")),
      bugs_(failures(registry, pool_name, "bug")) {}

void pool_metrics::ended(const job& item) {
  const std::chrono::duration<double> took = async::deadline::clock::now() - item.submitted;
  (item.kind == unit::read ? reads_ : transactions_).Observe(took.count());
  if (item.failure) count(item.failure);
}

void pool_metrics::refused(const std::exception_ptr& why) {
  count(why);
}

// What the work itself throws to refuse something (a conflict, a duplicate) is no failure of the database.
void pool_metrics::count(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const lost_connection&) {
    lost_.Increment();
  } catch (const commit_unknown&) {
    commit_unknown_.Increment();
  } catch (const transient&) {
    busy_.Increment();
  } catch (const too_slow&) {
    too_slow_.Increment();
  } catch (const error& other) {
    if (other.kind() == fault::internal) bugs_.Increment();
    if (other.slug() == "database-overloaded") overloaded_.Increment();
  } catch (...) {
    bugs_.Increment();
  }
}

}  // namespace mercat::db
