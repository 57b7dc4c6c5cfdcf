#include "common/metrics/registry.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>
#include <sstream>
#include <utility>

namespace mercat::metrics {

namespace {

struct observation {
  labels by;
  std::function<double()> read;
};

struct observed_family {
  std::string help;
  std::vector<observation> members;
};

const prometheus::Histogram::BucketBoundaries latency_buckets{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                              0.1,    0.25,  0.5,    1.,    2.5,  5.,    10.};

prometheus::ClientMetric read_one(const observation& source, bool counts) {
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : source.by) metric.label.push_back({name, value});
  if (counts) {
    metric.counter.value = source.read();
  } else {
    metric.gauge.value = source.read();
  }
  return metric;
}

}  // namespace

struct registry::state {
  prometheus::Registry metrics;
  mutable std::mutex mutex;  // of observed; prometheus::Registry has its own
  std::map<std::string, observed_family> observed;
};

registry::registry() : state_(std::make_unique<state>()) {}
registry::~registry() = default;

prometheus::Counter& registry::counter(const std::string& name, const std::string& help, const labels& by) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(state_->metrics).Add(by);
}

prometheus::Gauge& registry::gauge(const std::string& name, const std::string& help, const labels& by) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(state_->metrics).Add(by);
}

prometheus::Histogram& registry::latency(const std::string& name, const std::string& help, const labels& by) {
  auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(state_->metrics);
  return family.Add(by, latency_buckets);
}

void registry::observe(const std::string& name, const std::string& help, const labels& by,
                       std::function<double()> read) {
  const std::lock_guard lock(state_->mutex);
  auto& family = state_->observed[name];
  family.help = help;
  for (auto& each : family.members) {
    if (each.by != by) continue;
    each.read = std::move(read);
    return;
  }
  family.members.push_back({by, std::move(read)});
}

std::string registry::text() const {
  auto families = state_->metrics.Collect();
  {
    const std::lock_guard lock(state_->mutex);
    for (const auto& [name, observed] : state_->observed) {
      const bool counts = name.ends_with("_total");
      prometheus::MetricFamily family;
      family.name = name;
      family.help = observed.help;
      family.type = counts ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
      for (const auto& each : observed.members) family.metric.push_back(read_one(each, counts));
      families.push_back(std::move(family));
    }
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace mercat::metrics
