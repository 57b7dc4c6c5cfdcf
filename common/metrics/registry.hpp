// Metrics in Prometheus text form (prometheus-cpp underneath). Names: mercat_<what>_<unit>[_total].
// Look a metric up once and keep the reference: updating is then lock-free; looking up is not. References
// live as long as the registry.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace mercat::metrics {

using labels = std::map<std::string, std::string>;

class registry {
 public:
  registry();
  ~registry();

  prometheus::Counter& counter(const std::string& name, const std::string& help, const labels& by = {});
  prometheus::Gauge& gauge(const std::string& name, const std::string& help, const labels& by = {});
  // Buckets in seconds, fitting requests and calls: 0.5 ms to 10 s.
  prometheus::Histogram& latency(const std::string& name, const std::string& help, const labels& by = {});
  // Read when scraped, on the thread that scrapes: a counter when the name ends in _total, else a gauge. Must
  // not throw and must not call the registry. The same name and labels again replace the earlier one.
  void observe(const std::string& name, const std::string& help, const labels& by,
               std::function<double()> read);

  [[nodiscard]] std::string text() const;  // the exposition format, for GET /metrics

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace mercat::metrics
