// private_nginx: Mercat's inner nginx, from the templates in nginx/, in front of one upstream, on free
// loopback ports and with a directory of its own below /tmp. Lives as long as the object.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <sys/types.h>

namespace mercat::tests {

class private_nginx {
 public:
  // Returns when it answers; throws std::runtime_error with what nginx said when it does not.
  explicit private_nginx(std::uint16_t upstream_port);
  ~private_nginx();
  private_nginx(const private_nginx&) = delete;
  private_nginx& operator=(const private_nginx&) = delete;

  // Of the listener in front of the upstream.
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  void write_configuration(std::uint16_t upstream_port);
  void start();
  void wait_until_it_answers();
  void end() noexcept;

  std::filesystem::path home_;
  std::uint16_t port_ = 0;
  pid_t master_ = -1;
};

// The checkout's nginx/, looked for upwards from the test program and from the working directory.
[[nodiscard]] std::filesystem::path nginx_templates();

}  // namespace mercat::tests
