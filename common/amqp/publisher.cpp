#include "common/amqp/publisher.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <vector>

namespace mercat::amqp {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t window = 200;
// An event whose confirm does not come (an alarm, a queue without majority) is given back to its outbox.
constexpr std::chrono::seconds longest_wait{10};
constexpr std::chrono::milliseconds look_every{500};

}  // namespace

struct publisher::state final : channel_user {
  struct unconfirmed {
    std::string id;
    std::function<void(sent)> done;
    clock::time_point since;
    bool returned = false;
  };

  state(connection& over, std::string to_exchange, std::string as_app)
      : broker(over), exchange(std::move(to_exchange)), app_id(std::move(as_app)) {}

  connection& broker;
  const std::string exchange;
  const std::string app_id;
  channel* open = nullptr;
  std::uint64_t last_tag = 0;
  std::map<std::uint64_t, unconfirmed> waiting;  // by delivery tag, so the oldest first
  std::atomic<bool> opened{false};
  std::atomic<std::size_t> waiting_count{0};
  std::unique_ptr<async::repeating_timer> look;

  [[nodiscard]] bool ready() const noexcept { return opened && !broker.blocked() && waiting_count < window; }

  // Takes out first and tells afterwards: done may publish again.
  void finish(std::map<std::uint64_t, unconfirmed>::iterator first,
              std::map<std::uint64_t, unconfirmed>::iterator last, sent outcome) {
    std::vector<unconfirmed> finished;
    for (auto each = first; each != last; ++each) finished.push_back(std::move(each->second));
    waiting.erase(first, last);
    waiting_count = waiting.size();
    for (auto& each : finished) {
      each.done(outcome == sent::confirmed && each.returned ? sent::returned : outcome);
    }
  }

  void on_open(channel& fresh) override {
    fresh.select_confirms();
    last_tag = 0;
    open = &fresh;
    opened = true;
  }
  void on_closed() override {
    open = nullptr;
    opened = false;
    finish(waiting.begin(), waiting.end(), sent::unavailable);
  }
  void on_returned(message&& item) override {
    const auto found = std::find_if(waiting.begin(), waiting.end(),
                                    [&](const auto& each) { return each.second.id == item.message_id; });
    if (found != waiting.end()) found->second.returned = true;
  }
  void on_confirm(std::uint64_t tag, bool multiple, bool acknowledged) override {
    const auto first = multiple ? waiting.begin() : waiting.lower_bound(tag);
    finish(first, waiting.upper_bound(tag), acknowledged ? sent::confirmed : sent::refused);
  }
  void give_up_old() {
    const auto before = clock::now() - longest_wait;
    const auto last = std::find_if(waiting.begin(), waiting.end(),
                                   [&](const auto& each) { return each.second.since >= before; });
    finish(waiting.begin(), last, sent::unavailable);
  }
};

publisher::publisher(connection& broker, std::string exchange, std::string app_id)
    : state_(std::make_unique<state>(broker, std::move(exchange), std::move(app_id))) {
  broker.add(*state_);
  state_->look = broker.loop().every(look_every, [this] { state_->give_up_old(); });
}

publisher::~publisher() {
  state_->look.reset();
  state_->broker.remove(*state_);
  state_->broker.loop().run_and_wait([this] { state_->on_closed(); });
}

void publisher::publish(const messaging::event& item, std::function<void(sent)> done) {
  if (!state_->ready()) return done(sent::unavailable);
  publish_options to;
  to.exchange = state_->exchange;
  to.routing_key = item.type;
  to.persistent = true;
  to.message_id = item.id;
  to.type = item.type;
  to.traceparent = item.traceparent;
  to.app_id = state_->app_id;
  to.timestamp = std::chrono::system_clock::now();
  try {
    state_->open->publish(to, item.data);
  } catch (const failure&) {
    return done(sent::unavailable);
  }
  state_->waiting.emplace(++state_->last_tag, state::unconfirmed{item.id, std::move(done), clock::now()});
  state_->waiting_count = state_->waiting.size();
}

bool publisher::ready() const noexcept {
  return state_->ready();
}

}  // namespace mercat::amqp
