#include "common/http/transport.hpp"

#include <pistache/peer.h>
#include <pistache/tcp.h>

#include <cerrno>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <utility>

namespace mercat::http {

namespace {

using Pistache::Polling::NotifyOn;

constexpr long tick_nanoseconds = 100'000'000;
constexpr int accepts_per_turn = 64;
constexpr int posted_rounds = 4;
constexpr std::size_t receive_size = 64 * 1024;

// Pistache demands a handler; no byte ever reaches it.
class no_input final : public Pistache::Tcp::Handler {
 public:
  void onInput(const char*, std::size_t, const std::shared_ptr<Pistache::Tcp::Peer>&) override {}
  std::shared_ptr<Pistache::Tcp::Handler> clone() const override { return std::make_shared<no_input>(*this); }
};

}  // namespace

transport::transport(std::shared_ptr<core> shared)
    : Pistache::Tcp::Transport(std::make_shared<no_input>()),
      core_(std::move(shared)),
      traffic_(*core_),
      received_(receive_size) {}

transport::~transport() {
  const std::lock_guard last_poster_is_out(mutex_);
  if (wake_ >= 0) ::close(wake_);
  if (timer_ >= 0) ::close(timer_);
}

std::shared_ptr<Pistache::Aio::Handler> transport::clone() const {
  return std::make_shared<transport>(core_);
}

void transport::registerPoller(Pistache::Polling::Epoll& poller) {
  Pistache::Tcp::Transport::registerPoller(poller);
  wake_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  timer_ = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (wake_ < 0 || timer_ < 0) throw std::runtime_error("no descriptors left for a reactor");
  const itimerspec interval{{0, tick_nanoseconds}, {0, tick_nanoseconds}};
  ::timerfd_settime(timer_, 0, &interval, nullptr);
  const Pistache::Flags<NotifyOn> reading(NotifyOn::Read);
  poller.addFd(wake_, reading, Pistache::Polling::Tag(static_cast<std::uint64_t>(wake_)));
  poller.addFd(timer_, reading, Pistache::Polling::Tag(static_cast<std::uint64_t>(timer_)));
}

void transport::onReady(const Pistache::Aio::FdSet& ready) {
  if (!std::exchange(entered_, true)) enter();
  now_ = clock::now();
  ++turn_;
  for (const auto& event : ready) {
    const auto descriptor = static_cast<int>(event.getTag().value());
    std::uint64_t count = 0;
    if (descriptor == wake_) {
      static_cast<void>(!::read(wake_, &count, sizeof count));
    } else if (descriptor == timer_) {
      static_cast<void>(!::read(timer_, &count, sizeof count));
      on_tick();
    } else if (listener_ && descriptor == listener_->descriptor()) {
      accept_some();
    } else if (auto* client = find(descriptor)) {
      on_socket(*client, event);
    }
    // Anything else is of a connection dropped a moment ago. It must not go on to the base class, which would
    // read, and lose, the first bytes of a new connection that has the descriptor by then. The queues of the
    // base class are never used.
  }
  run_posted();
  dropped_.clear();
}

void transport::post(work item) {
  // Under the lock as a whole: once the work can run, it may lead to the end of this transport, and the
  // destructor waits for the lock.
  const std::lock_guard lock(mutex_);
  const bool first = posted_.empty();
  posted_.push_back(std::move(item));
  // On the reactor's thread onReady() looks at the queue before it returns.
  if (first && !is_current()) signal();
}

void transport::signal() const noexcept {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(wake_, &one, sizeof one));
}

void transport::run_posted() {
  for (int round = 0; round < posted_rounds; ++round) {
    {
      const std::lock_guard lock(mutex_);
      batch_.swap(posted_);
    }
    if (batch_.empty()) return;
    for (auto& item : batch_) item();
    batch_.clear();
  }
  signal();  // sockets get their turn before the rest
}

connection* transport::find(int descriptor) const noexcept {
  const auto index = static_cast<std::size_t>(descriptor);
  return index < connections_.size() ? connections_[index].get() : nullptr;
}

void transport::on_socket(connection& client, const Pistache::Aio::FdSet::Entry& event) {
  // Told of the connection that had this descriptor until a moment ago, in the same turn.
  if (client.turn == turn_) return;
  if (client.lingering) return discard(client);
  if (event.isHangup()) return drop(client);  // reset by the client: nobody is there to read an answer
  if (event.isWritable() && !client.output.empty()) flush_rest(client);
  if (!event.isReadable() || !client.open || client.lingering) return;
  client.unread = true;
  advance(client);
}

void transport::listen(std::unique_ptr<listening_socket> socket, std::vector<transport*> reactors) {
  listener_ = std::move(socket);
  reactors_ = std::move(reactors);
  watch_listener(true);
}

void transport::watch_listener(bool on) {
  if (!listener_ || on == listener_watched_) return;
  listener_watched_ = on;
  if (on) {
    reactor()->registerFd(key(), listener_->descriptor(), NotifyOn::Read);
  } else {
    reactor()->removeFd(key(), listener_->descriptor());
  }
}

void transport::accept_some() {
  for (int i = 0; i < accepts_per_turn; ++i) {
    const int descriptor = listener_->accept();
    if (descriptor < 0) {
      // Out of descriptors: the waiting connection would wake us for ever. It waits until the next tick.
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) watch_listener(false);
      return;
    }
    if (core_->connections.fetch_add(1, std::memory_order_relaxed) >= core_->options.max_connections) {
      core_->connections.fetch_sub(1, std::memory_order_relaxed);
      core_->refused_connections.Increment();
      ::close(descriptor);
      continue;
    }
    auto& owner = *reactors_[next_reactor_++ % reactors_.size()];
    if (&owner == this) {
      adopt(descriptor);
    } else {
      owner.post([&owner, descriptor] { owner.adopt(descriptor); });
    }
  }
}

void transport::stop_accepting() {
  if (!listener_) return;
  const bool closing = listener_->refuse_new();
  do {
    accept_some();
  } while (closing && listener_->another_soon());
  watch_listener(false);
  listener_.reset();
}

void transport::adopt(int descriptor) {
  const auto index = static_cast<std::size_t>(descriptor);
  if (index >= connections_.size()) connections_.resize(index + 64);
  auto client = std::make_unique<connection>();
  client->descriptor = descriptor;
  client->id = ++last_id_;
  client->turn = turn_;
  client->limit = now_ + core_->options.head_timeout;
  client->peer = Pistache::Tcp::Peer::Create(descriptor, Pistache::Address());
  auto& placed = *(connections_[index] = std::move(client));
  try {
    handleNewPeer(placed.peer);
  } catch (const std::exception&) {
    drop(placed);
  }
}

void transport::drop(connection& client) {
  if (!std::exchange(client.open, false)) return;
  dropped_.push_back(std::move(connections_[static_cast<std::size_t>(client.descriptor)]));
  core_->connections.fetch_sub(1, std::memory_order_relaxed);
  try {
    removePeer(client.peer);  // closes the descriptor
  } catch (const std::exception&) {
    ::close(client.descriptor);
  }
  client.peer.reset();
}

void transport::close_all() {
  watch_listener(false);
  listener_.reset();
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    if (connections_[i]) drop(*connections_[i]);
  }
}

void transport::on_tick() {
  ticks_.fetch_add(1, std::memory_order_relaxed);
  watch_listener(true);
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    if (connections_[i]) check_times(*connections_[i]);
  }
}

void transport::check_times(connection& client) {
  constexpr std::chrono::milliseconds grace{50};  // so that a handler's own, clearer failure comes first
  if (client.current != nullptr) {
    if (now_ >= client.current->request.deadline.at() + grace) give_up(client);
    return;
  }
  if (now_ >= client.limit) {
    const bool tell = client.receiving && client.ready();
    if (!tell) return drop(client);
    return refuse_head(client, {408, "request-timeout", "The request did not arrive in time."});
  }
  // A client that closed together with its last bytes is noticed here: readiness was told only once.
  if (client.ready() && !std::exchange(client.probed, true)) receive(client);
}

}  // namespace mercat::http
