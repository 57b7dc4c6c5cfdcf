// job_queue: the bounded line before the database threads, first come, first served. Thread-safe.
//
// A job leaves it by being taken by a worker, by its deadline (sweep(), every 20 ms while anything waits), by
// flush() when the database turns out to be away, or by close(). It counts the connected workers: with none,
// after a failed attempt to connect, the circuit is open and push() refuses at once.
#pragma once

#include "common/db/job.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace mercat::db {

class job_queue {
 public:
  explicit job_queue(std::size_t limit) noexcept : limit_(limit) {}

  enum class pushed { queued, full, unreachable, closed };
  // queued: the job may already be finished, and gone, when this returns.
  [[nodiscard]] pushed push(job& item);

  // Blocks until there is a job, `patience` has passed (nullptr) or the queue is closed (nullptr).
  [[nodiscard]] job* take(std::chrono::milliseconds patience);

  // Blocks for `time` or until the queue is closed; true: it is closed.
  bool pause(std::chrono::milliseconds time);

  // Body of the sweeper thread: ends when the queue is closed. `expire` gets each overdue job.
  template <class Expire>
  void sweep(Expire expire);

  // A worker has, or has no more, a live connection. The list returned has to be failed by the caller.
  void connected();
  void disconnected();
  [[nodiscard]] job* connecting_failed();
  [[nodiscard]] job* close();

  [[nodiscard]] bool closed() const;
  [[nodiscard]] bool reachable() const;
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::size_t running() const;
  void ended();  // the taken job was finished

 private:
  [[nodiscard]] job* unlink_overdue(async::deadline::clock::time_point now);
  [[nodiscard]] job* unlink_all();

  static constexpr std::chrono::milliseconds sweep_interval{20};

  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::condition_variable work_;   // workers wait here
  std::condition_variable sweep_;  // the sweeper, and workers without a connection
  job* head_ = nullptr;
  job* tail_ = nullptr;
  std::size_t size_ = 0;
  std::size_t running_ = 0;
  std::size_t idle_workers_ = 0;
  std::size_t connected_ = 0;
  bool sweeper_asleep_ = false;
  bool unreachable_ = false;
  bool closed_ = false;
};

template <class Expire>
void job_queue::sweep(Expire expire) {
  std::unique_lock lock(mutex_);
  while (!closed_) {
    if (head_ == nullptr) {
      sweeper_asleep_ = true;
      sweep_.wait(lock, [this] { return closed_ || head_ != nullptr; });
      sweeper_asleep_ = false;
      continue;
    }
    sweep_.wait_for(lock, sweep_interval, [this] { return closed_; });
    job* overdue = unlink_overdue(async::deadline::clock::now());
    if (overdue == nullptr) continue;
    lock.unlock();
    while (overdue != nullptr) expire(*std::exchange(overdue, overdue->next));
    lock.lock();
  }
}

}  // namespace mercat::db
