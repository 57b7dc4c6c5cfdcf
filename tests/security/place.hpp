// place: where an attack is tried: at the edge, and at each program that speaks HTTP directly, as somebody
// would who got past the edge. Replicas of a program take turns. Thread-safe after the first use.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mercat::security {

struct place {
  std::string name;    // "edge", "bff-web", "bff-mobile", "customer", "products", "shopping"
  std::string prefix;  // in front of a path: "/api" where the public API is spoken, else nothing
  bool tls = false;
  std::vector<std::uint16_t> ports;
  std::shared_ptr<std::atomic<unsigned>> turn = std::make_shared<std::atomic<unsigned>>(0);

  [[nodiscard]] std::uint16_t port() const { return ports[turn->fetch_add(1) % ports.size()]; }
  [[nodiscard]] bool is_edge() const { return name == "edge"; }
  [[nodiscard]] bool is_service() const { return prefix.empty(); }
};

// All six, as the instance's environment (MERCAT_URL, MERCAT_REPLICAS) says.
[[nodiscard]] const std::vector<place>& places();
[[nodiscard]] const place& the(std::string_view name);

// Those that know this path, which is written without "/api": the edge, the BFFs and the service that owns
// it. What nobody owns: the edge and the BFFs.
[[nodiscard]] std::vector<place> places_of(std::string_view path);

}  // namespace mercat::security
