#include "common/amqp/connection.hpp"

#include "common/amqp/channel_of_session.hpp"
#include "common/amqp/login.hpp"
#include "common/amqp/session.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <thread>
#include <utility>
#include <vector>

namespace mercat::amqp {

namespace {

using std::chrono::milliseconds;
using clock = std::chrono::steady_clock;

constexpr milliseconds least_back_off{100};
constexpr milliseconds most_back_off{2000};
// A connection that lived shorter does not reset the back-off: one that breaks in on_open must not spin.
constexpr std::chrono::seconds stable_after{3};
constexpr milliseconds closing_limit{1000};

}  // namespace

// Everything but the atomics is for the loop's thread. Posted work holds a reference, so that it may run
// after the connection ended; `ended` then stops it before it touches anything outside.
struct connection::state final : session_listener, std::enable_shared_from_this<connection::state> {
  state(async::event_loop& on, connection_options chosen, log::logger& logger, metrics::registry& metrics)
      : loop(on),
        options(std::move(chosen)),
        log(logger),
        up_gauge(metrics.gauge("mercat_amqp_connection_up", "1 while connected to the broker",
                               {{"connection", options.name}})),
        reconnects(metrics.counter("mercat_amqp_reconnects_total", "Connections made again after a loss",
                                   {{"connection", options.name}})) {}

  struct slot {
    channel_user* user;  // null: removed, its channel is being closed
    std::unique_ptr<channel_of_session> opened;
  };

  async::event_loop& loop;
  const connection_options options;
  log::logger& log;
  prometheus::Gauge& up_gauge;
  prometheus::Counter& reconnects;

  std::atomic<bool> up{false};
  std::atomic<bool> blocked{false};
  bool ended = false;
  bool connected_before = false;
  std::vector<channel_user*> users;
  std::map<amqp_channel_t, slot> slots;
  std::unique_ptr<session> live;
  std::thread login_thread;
  milliseconds back_off = least_back_off;
  clock::time_point connected_at{};
  std::string last_trouble;
  std::minstd_rand random{std::random_device{}()};

  void try_to_connect();
  void connected(library_connection library);
  void not_connected(const std::string& reason);
  void retry_later();
  void open(channel_user& user);
  void remove(channel_user& user);
  void end();
  void close_slots();

  channel_user* user_of(amqp_channel_t channel) {
    const auto found = slots.find(channel);
    return found == slots.end() ? nullptr : found->second.user;
  }

  void on_delivered(amqp_channel_t channel, message&& item) override {
    if (auto* user = user_of(channel)) user->on_message(std::move(item));
  }
  void on_returned(amqp_channel_t channel, message&& item) override {
    if (auto* user = user_of(channel)) user->on_returned(std::move(item));
  }
  void on_confirmed(amqp_channel_t channel, std::uint64_t tag, bool multiple, bool acknowledged) override {
    if (auto* user = user_of(channel)) user->on_confirm(tag, multiple, acknowledged);
  }
  void on_consuming(amqp_channel_t channel) override {
    if (auto* user = user_of(channel)) user->on_consuming();
  }
  void on_cancelled(amqp_channel_t channel) override {
    if (auto* user = user_of(channel)) user->on_cancelled();
  }
  void on_channel_gone(amqp_channel_t channel) override { slots.erase(channel); }
  void on_blocked(bool now_blocked) override;
  void on_lost(const std::string& reason) override;
};

void connection::state::try_to_connect() {
  if (ended || live) return;
  if (login_thread.joinable()) login_thread.join();  // it has posted its outcome: this does not wait
  login_thread = std::thread([self = shared_from_this()] {
    auto library = std::make_shared<library_connection>();
    std::string reason;
    try {
      *library = log_in(self->options);
    } catch (const std::exception& problem) {
      reason = problem.what();
    }
    self->loop.post([self, library, reason] {
      if (self->ended) return;
      if (*library) {
        self->connected(std::move(*library));
      } else {
        self->not_connected(reason);
      }
    });
  });
}

void connection::state::connected(library_connection library) {
  live = std::make_unique<session>(loop.native(), std::move(library), options.heartbeat, *this);
  connected_at = clock::now();
  if (std::exchange(connected_before, true)) reconnects.Increment();
  last_trouble.clear();
  log.info("broker connected", {{"connection", std::string_view{options.name}}});
  live->start();
  const auto present = users;
  for (auto* user : present) {
    if (std::find(users.begin(), users.end(), user) != users.end()) open(*user);
  }
  up = true;
  up_gauge.Set(1);
}

void connection::state::not_connected(const std::string& reason) {
  // One line per kind of trouble, not one per try.
  if (std::exchange(last_trouble, reason) != reason) {
    log.warning("broker not reachable, trying on",
                {{"connection", std::string_view{options.name}}, {"reason", std::string_view{reason}}});
  }
  retry_later();
}

void connection::state::retry_later() {
  std::uniform_int_distribution<milliseconds::rep> spread{back_off.count() / 2, back_off.count()};
  const auto delay = milliseconds{spread(random)};
  back_off = std::min(back_off * 2, most_back_off);
  loop.call_at(clock::now() + delay, [self = shared_from_this()] { self->try_to_connect(); });
}

void connection::state::open(channel_user& user) {
  amqp_channel_t number = 1;
  while (slots.contains(number)) ++number;
  auto& made = slots[number];
  made.user = &user;
  made.opened = std::make_unique<channel_of_session>(*live, number);
  try {
    made.opened->open();
    user.on_open(*made.opened);
  } catch (const std::exception& problem) {
    live->fail(problem.what());
  }
}

void connection::state::remove(channel_user& user) {
  std::erase(users, &user);
  for (auto& [number, each] : slots) {
    if (each.user != &user) continue;
    each.user = nullptr;  // the number stays taken until the broker confirmed the close
    try {
      each.opened->close();
    } catch (const failure&) {  // lost: on_lost clears it all
    }
  }
}

void connection::state::on_blocked(bool now_blocked) {
  blocked = now_blocked;
  log.warning(now_blocked ? "broker refuses messages (memory or disk alarm)" : "broker takes messages again",
              {{"connection", std::string_view{options.name}}});
  const auto present = users;
  for (auto* user : present) {
    if (std::find(users.begin(), users.end(), user) != users.end()) user->on_blocked(now_blocked);
  }
}

void connection::state::close_slots() {
  up = false;
  up_gauge.Set(0);
  blocked = false;
  for (auto& [number, each] : slots) each.opened->invalidate();
  const auto gone = std::move(slots);
  slots.clear();
  for (const auto& [number, each] : gone) {
    if (each.user != nullptr && std::find(users.begin(), users.end(), each.user) != users.end()) {
      each.user->on_closed();
    }
  }
}

void connection::state::on_lost(const std::string& reason) {
  log.warning("broker connection lost",
              {{"connection", std::string_view{options.name}}, {"reason", std::string_view{reason}}});
  if (clock::now() - connected_at > stable_after) back_off = least_back_off;
  close_slots();
  live.reset();
  retry_later();
}

void connection::state::end() {
  ended = true;
  if (live) live->close_in_order(closing_limit);
  close_slots();
  live.reset();
}

connection::connection(async::event_loop& loop, connection_options options, log::logger& logger,
                       metrics::registry& metrics)
    : state_(std::make_shared<state>(loop, std::move(options), logger, metrics)) {
  loop.post([self = state_] { self->try_to_connect(); });
}

connection::~connection() {
  state_->loop.run_and_wait([this] { state_->end(); });
  if (state_->login_thread.joinable()) state_->login_thread.join();
}

void connection::add(channel_user& user) {
  state_->loop.run_and_wait([this, &user] {
    state_->users.push_back(&user);
    if (state_->live) state_->open(user);
  });
}

void connection::remove(channel_user& user) {
  state_->loop.run_and_wait([this, &user] { state_->remove(user); });
}

bool connection::up() const noexcept {
  return state_->up;
}

bool connection::blocked() const noexcept {
  return state_->blocked;
}

async::event_loop& connection::loop() const noexcept {
  return state_->loop;
}

}  // namespace mercat::amqp
