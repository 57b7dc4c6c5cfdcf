// gate: stands between a pool and MariaDB's unix socket and misbehaves on request, like a server that is
// killed, restarted or stopped. Its own socket is path().
#pragma once

#include <atomic>
#include <string>
#include <thread>

namespace mercat::test {

class gate {
 public:
  explicit gate(std::string server_socket);
  ~gate();

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  enum class mode {
    open,
    shut,           // every connection is closed, new ones too
    hung,           // nothing passes any more, new connections are accepted
    swallow_commit  // the connection on which COMMIT passes is closed before its answer
  };
  void set(mode next) noexcept { mode_ = next; }
  // Closes the connections there are, and returns when it is done: a restart of the server.
  void cut() noexcept {
    cut_ = true;
    cut_.wait(true);
  }

 private:
  void run();

  const std::string server_;
  const std::string path_;
  int listener_ = -1;
  std::atomic<mode> mode_{mode::open};
  std::atomic<bool> cut_{false};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace mercat::test
