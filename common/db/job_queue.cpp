#include "common/db/job_queue.hpp"

namespace mercat::db {

job_queue::pushed job_queue::push(job& item) {
  bool wake_worker = false;
  bool wake_sweeper = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return pushed::closed;
    if (unreachable_) return pushed::unreachable;
    if (size_ >= limit_) return pushed::full;
    item.next = nullptr;
    (tail_ == nullptr ? head_ : tail_->next) = &item;
    tail_ = &item;
    ++size_;
    // A system call only when it changes something: a busy worker looks at the queue by itself.
    wake_worker = idle_workers_ > 0;
    wake_sweeper = !wake_worker && sweeper_asleep_;
  }
  if (wake_worker) work_.notify_one();
  if (wake_sweeper) sweep_.notify_all();
  return pushed::queued;
}

job* job_queue::take(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  if (head_ == nullptr && !closed_) {
    ++idle_workers_;
    work_.wait_for(lock, patience, [this] { return closed_ || head_ != nullptr; });
    --idle_workers_;
  }
  if (closed_ || head_ == nullptr) return nullptr;
  job* const first = head_;
  head_ = first->next;
  if (head_ == nullptr) tail_ = nullptr;
  first->next = nullptr;
  --size_;
  ++running_;
  // The push that saw an idle worker woke nobody else: a backlog must have its sweeper.
  if (head_ != nullptr && sweeper_asleep_) sweep_.notify_all();
  return first;
}

bool job_queue::pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return sweep_.wait_for(lock, time, [this] { return closed_; });
}

job* job_queue::unlink_overdue(async::deadline::clock::time_point now) {
  job* overdue = nullptr;
  job* kept = nullptr;
  job* kept_tail = nullptr;
  for (job* each = head_; each != nullptr;) {
    job* const after = each->next;
    if (each->until.at() <= now) {
      each->next = overdue;
      overdue = each;
      --size_;
    } else {
      each->next = nullptr;
      (kept_tail == nullptr ? kept : kept_tail->next) = each;
      kept_tail = each;
    }
    each = after;
  }
  head_ = kept;
  tail_ = kept_tail;
  return overdue;
}

job* job_queue::unlink_all() {
  job* const all = head_;
  head_ = tail_ = nullptr;
  size_ = 0;
  return all;
}

void job_queue::connected() {
  const std::lock_guard lock(mutex_);
  ++connected_;
  unreachable_ = false;
}

void job_queue::disconnected() {
  const std::lock_guard lock(mutex_);
  --connected_;
}

job* job_queue::connecting_failed() {
  const std::lock_guard lock(mutex_);
  // As long as another worker is connected (say, the server only has too many connections) work goes on.
  if (connected_ > 0) return nullptr;
  unreachable_ = true;
  return unlink_all();
}

job* job_queue::close() {
  job* left = nullptr;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    left = unlink_all();
  }
  work_.notify_all();
  sweep_.notify_all();
  return left;
}

bool job_queue::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

bool job_queue::reachable() const {
  const std::lock_guard lock(mutex_);
  return connected_ > 0 && !unreachable_;
}

std::size_t job_queue::size() const {
  const std::lock_guard lock(mutex_);
  return size_;
}

std::size_t job_queue::running() const {
  const std::lock_guard lock(mutex_);
  return running_;
}

void job_queue::ended() {
  const std::lock_guard lock(mutex_);
  --running_;
}

}  // namespace mercat::db
