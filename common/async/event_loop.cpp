#include "common/async/event_loop.hpp"

#include <ev.h>

#include <future>
#include <mutex>
#include <pthread.h>
#include <stdexcept>
#include <utility>
#include <vector>

namespace mercat::async {

namespace {

constexpr double tick_seconds = 0.25;

double seconds_until(deadline::clock::time_point at) {
  return std::max(0.0, std::chrono::duration<double>(at - deadline::clock::now()).count());
}

// Frees itself after its only call.
struct one_shot {
  ev_timer timer{};
  executor::work item;
};

}  // namespace

struct event_loop::state {
  std::string name;
  struct ev_loop* loop = nullptr;
  ev_async wake{};
  ev_timer tick{};
  std::atomic<std::uint64_t> ticks{0};
  std::mutex mutex;
  std::vector<work> posted;
  std::vector<one_shot*> timers;  // loop thread only: what is left at the end is freed without being called
  bool stopping = false;
  std::thread thread;

  void run_posted() {
    std::vector<work> batch;
    {
      const std::lock_guard lock(mutex);
      batch.swap(posted);
    }
    for (auto& item : batch) item();
  }
};

event_loop::event_loop(std::string name) : state_(std::make_unique<state>()) {
  state_->name = std::move(name);
  state_->loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOSIGMASK);
  if (state_->loop == nullptr) throw std::runtime_error("no event loop could be made");
  ev_async_init(&state_->wake, [](struct ev_loop*, ev_async* watcher, int) {
    static_cast<state*>(watcher->data)->run_posted();
  });
  state_->wake.data = state_.get();
  ev_async_start(state_->loop, &state_->wake);
  ev_timer_init(
      &state_->tick,
      [](struct ev_loop*, ev_timer* watcher, int) {
        static_cast<state*>(watcher->data)->ticks.fetch_add(1, std::memory_order_relaxed);
      },
      tick_seconds, tick_seconds);
  state_->tick.data = state_.get();
  ev_timer_start(state_->loop, &state_->tick);

  state_->thread = std::thread([this] {
    pthread_setname_np(pthread_self(), state_->name.substr(0, 15).c_str());
    enter();
    ev_run(state_->loop, 0);
    state_->run_posted();
    leave();
  });
}

event_loop::~event_loop() {
  stop();
  if (state_->thread.joinable()) state_->thread.join();
  const std::lock_guard last_poster_is_out(state_->mutex);
  for (auto* each : state_->timers) {
    ev_timer_stop(state_->loop, &each->timer);
    delete each;
  }
  ev_loop_destroy(state_->loop);
}

void event_loop::post(work item) {
  // Under the lock as a whole: once the work can run, it may lead to the end of this loop, and the destructor
  // waits for the lock.
  const std::lock_guard lock(state_->mutex);
  const bool first = state_->posted.empty();
  state_->posted.push_back(std::move(item));
  if (first) ev_async_send(state_->loop, &state_->wake);
}

void event_loop::run_and_wait(const std::function<void()>& item) {
  if (is_current()) return item();
  std::promise<void> done;
  post([&] {
    try {
      item();
      done.set_value();
    } catch (...) {
      done.set_exception(std::current_exception());
    }
  });
  done.get_future().get();
}

void event_loop::call_at(deadline::clock::time_point at, work item) {
  auto arm = [this, at, item = std::move(item)]() mutable {
    auto* shot = new one_shot;
    shot->item = std::move(item);
    ev_now_update(state_->loop);
    ev_timer_init(
        &shot->timer,
        [](struct ev_loop* loop, ev_timer* watcher, int) {
          auto* self = static_cast<one_shot*>(watcher->data);
          auto* owner = static_cast<state*>(ev_userdata(loop));
          std::erase(owner->timers, self);
          const auto call = std::move(self->item);
          delete self;
          call();
        },
        seconds_until(at), 0.);
    shot->timer.data = shot;
    ev_set_userdata(state_->loop, state_.get());
    state_->timers.push_back(shot);
    ev_timer_start(state_->loop, &shot->timer);
  };
  if (is_current()) {
    arm();
  } else {
    post(std::move(arm));
  }
}

struct ev_loop* event_loop::native() noexcept {
  return state_->loop;
}

std::uint64_t event_loop::ticks() const noexcept {
  return state_->ticks.load(std::memory_order_relaxed);
}

const std::string& event_loop::name() const noexcept {
  return state_->name;
}

void event_loop::stop() {
  {
    const std::lock_guard lock(state_->mutex);
    if (std::exchange(state_->stopping, true)) return;
  }
  post([this] { ev_break(state_->loop, EVBREAK_ALL); });
}

struct repeating_timer::state {
  ev_timer timer{};
  std::function<void()> item;
};

repeating_timer::repeating_timer(event_loop& loop, std::shared_ptr<state> shared)
    : loop_(loop), state_(std::move(shared)) {
  loop_.run_and_wait([this] { ev_timer_start(loop_.native(), &state_->timer); });
}

repeating_timer::~repeating_timer() {
  loop_.run_and_wait([this] { ev_timer_stop(loop_.native(), &state_->timer); });
}

std::unique_ptr<repeating_timer> event_loop::every(std::chrono::milliseconds interval, work item) {
  auto shared = std::make_shared<repeating_timer::state>();
  shared->item = std::move(item);
  const double seconds = std::chrono::duration<double>(interval).count();
  ev_timer_init(
      &shared->timer,
      [](struct ev_loop*, ev_timer* watcher, int) {
        static_cast<repeating_timer::state*>(watcher->data)->item();
      },
      seconds, seconds);
  shared->timer.data = shared.get();
  return std::unique_ptr<repeating_timer>(new repeating_timer(*this, std::move(shared)));
}

}  // namespace mercat::async
