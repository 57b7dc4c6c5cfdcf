#include "common/amqp/rpc.hpp"
#include "common/async/completion.hpp"
#include "common/error.hpp"
#include "common/number.hpp"
#include "common/resilience/bulkhead.hpp"
#include "common/resilience/circuit_breaker.hpp"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>

#include <atomic>
#include <random>
#include <set>
#include <unordered_map>

namespace mercat::amqp {

namespace {

using clock = async::deadline::clock;
using answer = async::completion<rpc_reply>;

constexpr std::string_view reply_queue = "amq.rabbitmq.reply-to";
// A caller that had almost no time left says nothing about the upstream's health.
constexpr std::chrono::milliseconds least_fair_chance{50};

std::exception_ptr unavailable() {
  return std::make_exception_ptr(
      error(fault::unavailable, "rpc-unavailable", "A service that is needed for this is not available now.")
          .retry_in(std::chrono::seconds{1}));
}

std::exception_ptr too_slow() {
  return std::make_exception_ptr(
      error(fault::too_slow, "rpc-timeout", "A service that is needed for this did not answer in time."));
}

std::string request_body(std::string_view type, std::string_view data) {
  json::writer body;
  body.StartObject();
  body.key("type").text(type);
  body.key("data").raw(data);
  body.EndObject();
  return body.take();
}

// Distinguishes our replies from those to an earlier process or client of the same number.
std::string make_prefix() {
  std::random_device random;
  char text[20];
  const auto written = std::to_chars(text, text + sizeof text, random(), 16);
  return {text, written.ptr};
}

}  // namespace

// The maps are for the loop's thread; call() touches only what is atomic or locks by itself.
struct rpc_client::state final : channel_user, std::enable_shared_from_this<rpc_client::state> {
  struct type_metrics {
    prometheus::Histogram& latency;
    prometheus::Counter& timeouts;
    prometheus::Counter& returned;
  };
  struct pending_call {
    answer outcome;
    type_metrics* metrics;
    clock::time_point sent;
    clock::time_point until;
    bool fair_chance;
  };

  state(connection& over, rpc_client_options chosen, metrics::registry& to)
      : broker(over),
        loop(over.loop()),
        options(std::move(chosen)),
        registry(to),
        late(to.counter("mercat_rpc_client_late_replies_total", "Replies that came after their deadline",
                        {{"queue", options.queue}})),
        places(options.max_pending) {}

  connection& broker;
  async::event_loop& loop;
  const rpc_client_options options;
  metrics::registry& registry;
  prometheus::Counter& late;
  resilience::bulkhead places;
  resilience::circuit_breaker breaker;
  std::atomic<bool> ended{false};
  std::shared_ptr<std::atomic<std::size_t>> pending_count = std::make_shared<std::atomic<std::size_t>>(0);
  const std::string prefix = make_prefix() + "-";

  channel* open = nullptr;
  std::uint64_t last_number = 0;
  std::unordered_map<std::uint64_t, pending_call> pending;
  std::set<std::pair<clock::time_point, std::uint64_t>> deadlines;
  clock::time_point alarm = clock::time_point::max();
  std::map<std::string, type_metrics, std::less<>> by_type;

  static async::task<rpc_reply> call(std::shared_ptr<state> self, std::string type, std::string data,
                                     async::deadline until);
  void send(const std::string& type, const std::string& body, async::deadline until, const answer& outcome);
  std::optional<pending_call> take(std::uint64_t number);
  std::optional<std::uint64_t> number_of(std::string_view correlation) const;
  void wake_at(clock::time_point at);
  void expire();
  void fail_all();
  type_metrics& metrics_of(const std::string& type);

  void on_open(channel& fresh) override {
    fresh.consume(reply_queue, true);
    open = &fresh;
  }
  void on_closed() override {
    open = nullptr;
    fail_all();
  }
  void on_message(message&& item) override;
  void on_returned(message&& item) override;
};

async::task<rpc_reply> rpc_client::state::call(std::shared_ptr<state> self, std::string type,
                                               std::string data, async::deadline until) {
  until = until.at_most(self->options.time_limit);
  if (self->ended || !self->broker.up() || self->broker.blocked()) std::rethrow_exception(unavailable());
  if (until.passed()) std::rethrow_exception(too_slow());
  const auto place = self->places.enter();
  if (!place || !self->breaker.allow(clock::now())) std::rethrow_exception(unavailable());
  const answer outcome;
  auto body = request_body(type, data);
  auto go = [self, type = std::move(type), body = std::move(body), until, outcome] {
    self->send(type, body, until, outcome);
  };
  if (self->loop.is_current()) {
    go();
  } else {
    self->loop.post(std::move(go));
  }
  co_return co_await outcome;
}

void rpc_client::state::send(const std::string& type, const std::string& body, async::deadline until,
                             const answer& outcome) {
  const auto remaining = until.remaining();
  if (remaining.count() <= 0) {
    breaker.abandoned();
    outcome.fail(too_slow());
    return;
  }
  const auto number = ++last_number;
  try {
    if (ended || open == nullptr || broker.blocked()) throw failure("no connection");
    publish_options to;
    const std::string correlation = prefix + std::to_string(number);
    to.routing_key = options.queue;
    to.type = type;
    to.correlation_id = correlation;
    to.reply_to = reply_queue;
    to.expiration = remaining;
    open->publish(to, body);
  } catch (const failure&) {
    breaker.abandoned();
    outcome.fail(unavailable());
    return;
  }
  pending.emplace(number, pending_call{outcome, &metrics_of(type), clock::now(), until.at(),
                                       remaining >= least_fair_chance});
  deadlines.emplace(until.at(), number);
  pending_count->store(pending.size(), std::memory_order_relaxed);
  wake_at(until.at());
}

// Deciding a call means taking it out first, so reply, return, deadline and loss cannot decide it twice.
std::optional<rpc_client::state::pending_call> rpc_client::state::take(std::uint64_t number) {
  const auto found = pending.find(number);
  if (found == pending.end()) return std::nullopt;
  auto taken = std::move(found->second);
  pending.erase(found);
  deadlines.erase({taken.until, number});
  pending_count->store(pending.size(), std::memory_order_relaxed);
  return taken;
}

std::optional<std::uint64_t> rpc_client::state::number_of(std::string_view correlation) const {
  if (!correlation.starts_with(prefix)) return std::nullopt;
  correlation.remove_prefix(prefix.size());
  return whole_number<std::uint64_t>(correlation);
}

void rpc_client::state::on_message(message&& item) {
  const auto number = number_of(item.correlation_id);
  const auto taken = number ? take(*number) : std::nullopt;
  if (!taken) return late.Increment();
  breaker.succeeded();
  taken->metrics->latency.Observe(std::chrono::duration<double>(clock::now() - taken->sent).count());
  taken->outcome.succeed({item.status.value_or(200), std::move(item.body)});
}

void rpc_client::state::on_returned(message&& item) {
  const auto number = number_of(item.correlation_id);
  const auto taken = number ? take(*number) : std::nullopt;
  if (!taken) return;
  breaker.failed(clock::now());
  taken->metrics->returned.Increment();
  taken->outcome.fail(unavailable());
}

// One timer for all calls: it stands at the earliest deadline it was told of, and looks again when it rings.
void rpc_client::state::wake_at(clock::time_point at) {
  if (at >= alarm) return;
  alarm = at;
  loop.call_at(at, [self = shared_from_this(), at] {
    if (self->alarm != at) return;
    self->alarm = clock::time_point::max();
    self->expire();
  });
}

void rpc_client::state::expire() {
  const auto now = clock::now();
  while (!deadlines.empty() && deadlines.begin()->first <= now) {
    const auto taken = take(deadlines.begin()->second);
    taken->metrics->timeouts.Increment();
    if (taken->fair_chance) {
      breaker.failed(now);
    } else {
      breaker.abandoned();
    }
    taken->outcome.fail(too_slow());
  }
  if (!deadlines.empty()) wake_at(deadlines.begin()->first);
}

void rpc_client::state::fail_all() {
  while (!pending.empty()) {
    const auto taken = take(pending.begin()->first);
    breaker.abandoned();
    taken->outcome.fail(unavailable());
  }
}

rpc_client::state::type_metrics& rpc_client::state::metrics_of(const std::string& type) {
  if (const auto found = by_type.find(type); found != by_type.end()) return found->second;
  const metrics::labels by{{"type", type}};
  return by_type
      .emplace(type,
               type_metrics{
                   registry.latency("mercat_rpc_client_duration_seconds", "From request to reply", by),
                   registry.counter("mercat_rpc_client_timeouts_total", "Calls without reply in time", by),
                   registry.counter("mercat_rpc_client_returned_total", "Calls nobody consumes", by)})
      .first->second;
}

rpc_client::rpc_client(connection& broker, rpc_client_options options, metrics::registry& metrics)
    : state_(std::make_shared<state>(broker, std::move(options), metrics)) {
  metrics.observe("mercat_rpc_client_pending", "Calls waiting for their reply",
                  {{"queue", state_->options.queue}},
                  [count = state_->pending_count] { return static_cast<double>(count->load()); });
  broker.add(*state_);
}

rpc_client::~rpc_client() {
  state_->ended = true;
  state_->broker.remove(*state_);
  state_->loop.run_and_wait([this] {
    state_->open = nullptr;
    state_->fail_all();
  });
}

async::task<rpc_reply> rpc_client::call(std::string type, std::string data, async::deadline until) {
  return state::call(state_, std::move(type), std::move(data), until);
}

}  // namespace mercat::amqp
