// transport: one reactor thread of the server. A Pistache transport whose own reading, parsing and writing
// are not used: sockets are read, requests started and answers written and flushed here, on the thread that
// owns the connection. It is the executor of the coroutines it starts.
//
// Only post() and ticks() are thread-safe; all else runs on the reactor's thread.
#pragma once

#include "common/async/executor.hpp"
#include "common/http/connection.hpp"
#include "common/http/core.hpp"
#include "common/http/listening_socket.hpp"
#include "common/http/request_head.hpp"
#include "common/http/traffic.hpp"

#include <pistache/transport.h>

#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

namespace mercat::http {

class transport final : public Pistache::Tcp::Transport, public async::executor {
 public:
  explicit transport(std::shared_ptr<core> shared);
  ~transport() override;

  void post(work item) override;
  // Grows at least every 250 ms while the reactor makes progress.
  [[nodiscard]] std::uint64_t ticks() const noexcept { return ticks_.load(std::memory_order_relaxed); }

  // Accepts on this reactor and deals the connections out to all of them.
  void listen(std::unique_ptr<listening_socket> socket, std::vector<transport*> reactors);
  // Takes in every connection the kernel has let in, then closes the listening socket.
  void stop_accepting();
  void close_all();

  // Pistache's side.
  void registerPoller(Pistache::Polling::Epoll& poller) override;
  std::shared_ptr<Pistache::Aio::Handler> clone() const override;
  void onReady(const Pistache::Aio::FdSet& ready) override;

 private:
  using clock = std::chrono::steady_clock;

  // transport.cpp: the reactor and its sockets
  void run_posted();
  void signal() const noexcept;
  void on_socket(connection& client, const Pistache::Aio::FdSet::Entry& event);
  void accept_some();
  void watch_listener(bool on);
  void adopt(int descriptor);
  void drop(connection& client);
  void on_tick();
  void check_times(connection& client);
  [[nodiscard]] connection* find(int descriptor) const noexcept;

  // transport_io.cpp: bytes in and out
  void receive(connection& client);
  void write(connection& client, std::string_view bytes);
  void flush_rest(connection& client);
  void flushed(connection& client);
  void linger(connection& client);
  void discard(connection& client);
  void again(connection& client);

  // transport_requests.cpp: requests and answers
  void consume(connection& client, std::string_view bytes);
  void advance(connection& client);
  [[nodiscard]] std::size_t serve(connection& client, std::string_view bytes);
  [[nodiscard]] bool next_head(connection& client, std::string_view bytes, std::size_t& used);
  void start(connection& client, std::unique_ptr<exchange> next, std::string_view body);
  void run_handler(std::unique_ptr<exchange> owned);
  void settle(std::unique_ptr<exchange> owned, std::exception_ptr failure, std::optional<response> value);
  void give_up(connection& client);
  void answer(connection& client, const exchange& done, const response& value);
  void refuse_head(connection& client, const head_refusal& why);

  std::shared_ptr<core> core_;
  traffic traffic_;
  int wake_ = -1;
  int timer_ = -1;
  bool entered_ = false;
  std::atomic<std::uint64_t> ticks_{0};

  std::mutex mutex_;
  std::vector<work> posted_;
  std::vector<work> batch_;

  std::unique_ptr<listening_socket> listener_;
  bool listener_watched_ = false;
  std::vector<transport*> reactors_;
  std::size_t next_reactor_ = 0;

  std::vector<std::unique_ptr<connection>> connections_;  // by descriptor
  std::vector<std::unique_ptr<connection>> dropped_;      // freed when no caller can hold them any more
  std::uint64_t last_id_ = 0;
  std::uint64_t turn_ = 0;
  clock::time_point now_{};
  std::string scratch_;  // the answer being written
  std::vector<char> received_;
};

}  // namespace mercat::http
