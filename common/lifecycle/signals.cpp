#include "common/lifecycle/signals.hpp"

#include <ev.h>

#include <csignal>
#include <pthread.h>
#include <stdexcept>
#include <sys/signalfd.h>
#include <unistd.h>
#include <utility>

namespace mercat::lifecycle {

namespace {

sigset_t leaving_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

void block_signals() {
  const auto set = leaving_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

struct signal_watch::state {
  int descriptor = -1;
  ev_io readable{};
  std::function<void(int)> received;

  void read_all() const {
    signalfd_siginfo info{};
    while (::read(descriptor, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
      received(static_cast<int>(info.ssi_signo));
    }
  }
};

signal_watch::signal_watch(async::event_loop& loop, std::function<void(int)> received)
    : loop_(loop), state_(std::make_unique<state>()) {
  const auto set = leaving_signals();
  state_->received = std::move(received);
  state_->descriptor = ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  if (state_->descriptor < 0) throw std::runtime_error("signals cannot be read: signalfd failed");
  ev_io_init(
      &state_->readable,
      [](struct ev_loop*, ev_io* watcher, int) { static_cast<state*>(watcher->data)->read_all(); },
      state_->descriptor, EV_READ);
  state_->readable.data = state_.get();
  loop_.run_and_wait([this] { ev_io_start(loop_.native(), &state_->readable); });
}

signal_watch::~signal_watch() {
  loop_.run_and_wait([this] { ev_io_stop(loop_.native(), &state_->readable); });
  ::close(state_->descriptor);
}

}  // namespace mercat::lifecycle
