// What Linux says about this process (/proc/self). A value that cannot be read is 0.
#pragma once

#include "common/metrics/registry.hpp"

#include <chrono>
#include <cstdint>

namespace mercat::lifecycle {

[[nodiscard]] std::int64_t resident_bytes();
// Since exec; to 10 ms, the kernel's clock tick.
[[nodiscard]] std::chrono::milliseconds process_age();
// process_resident_memory_bytes, process_cpu_seconds_total, process_open_fds, process_threads,
// process_start_time_seconds: the names every Prometheus client uses.
void expose_process(metrics::registry& metrics);

}  // namespace mercat::lifecycle
