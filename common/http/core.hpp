// core: what the reactors of one server share.
#pragma once

#include "common/http/router.hpp"
#include "common/http/server.hpp"

#include <prometheus/counter.h>

#include <atomic>
#include <cstddef>
#include <memory>

namespace mercat::http {

struct core {
  server_options options;
  router routes;
  std::shared_ptr<const auth::token_verifier> verifier;
  log::logger& logger;
  metrics::registry& metrics;

  std::atomic<std::size_t> in_flight{0};
  std::atomic<std::size_t> connections{0};
  std::atomic<bool> draining{false};

  prometheus::Counter& gone{metrics.counter("mercat_http_dropped_answers_total",
                                            "Answers nobody waited for any more",
                                            {{"reason", "connection gone"}})};
  prometheus::Counter& late{metrics.counter("mercat_http_dropped_answers_total",
                                            "Answers nobody waited for any more", {{"reason", "too late"}})};
  prometheus::Counter& refused_connections{
      metrics.counter("mercat_http_refused_connections_total", "Connections closed at accept: the bound")};

  core(server_options options_, route_table table, std::shared_ptr<const auth::token_verifier> verifier_,
       log::logger& logger_, metrics::registry& metrics_)
      : options(std::move(options_)),
        routes(std::move(table)),
        verifier(std::move(verifier_)),
        logger(logger_),
        metrics(metrics_) {}
};

}  // namespace mercat::http
