#include "common/http/traffic.hpp"

#include <prometheus/histogram.h>

namespace mercat::http {

namespace {

constexpr std::string_view unmatched = "unmatched";  // all unknown paths share one label
constexpr std::string_view other_method = "OTHER";

}  // namespace

void traffic::count(std::string_view route, std::string_view method, int status, double seconds) {
  auto& counter = answers_[{route.data(), method.data(), status}];
  if (counter == nullptr) {
    counter = &shared_.metrics.counter(
        "mercat_http_requests_total", "Requests answered",
        {{"route", std::string(route)}, {"method", std::string(method)}, {"status", std::to_string(status)}});
  }
  counter->Increment();
  auto& histogram = seconds_[route.data()];
  if (histogram == nullptr) {
    histogram = &shared_.metrics.latency("mercat_http_request_seconds",
                                         "From the complete head to the answer's first byte",
                                         {{"route", std::string(route)}});
  }
  histogram->Observe(seconds);
}

void traffic::record(const exchange& done, int status) {
  const std::string_view route = done.resource != nullptr ? std::string_view(done.resource->path) : unmatched;
  const std::string_view method = done.known_method ? name(done.request.method) : other_method;
  const auto taken = std::chrono::duration<double>(exchange::clock::now() - done.started).count();
  count(route, method, status, taken);
  if (!shared_.options.access_log) return;
  shared_.logger.info("request", {{"requestId", std::string_view(done.request.id)},
                                  {"route", route},
                                  {"method", method},
                                  {"status", std::int64_t{status}},
                                  {"ms", taken * 1000}});
}

void traffic::record_refused(std::string_view request_id, int status) {
  count(unmatched, other_method, status, 0);
  if (!shared_.options.access_log) return;
  shared_.logger.info("request", {{"requestId", request_id},
                                  {"route", unmatched},
                                  {"method", other_method},
                                  {"status", std::int64_t{status}},
                                  {"ms", 0.0}});
}

}  // namespace mercat::http
