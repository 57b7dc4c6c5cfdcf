#include "common/amqp/rpc.hpp"
#include "common/error.hpp"
#include "common/http/problem.hpp"

#include <prometheus/counter.h>

#include <atomic>
#include <future>

namespace mercat::amqp {

namespace {

constexpr std::chrono::milliseconds default_time{2000};
// A request has its caller's deadline, and what it waits for has limits of its own below this.
constexpr std::chrono::seconds longest_wait_for_handlers{10};
constexpr std::string_view unknown_type = "unknown";  // as a metric label: clients must not make up labels

rpc_reply refusal(int status, std::string_view slug, std::string_view words) {
  json::writer body;
  body.StartObject();
  body.key("error").text(slug);
  body.key("message").text(words);
  body.EndObject();
  return {status, body.take()};
}

}  // namespace

// For the loop's thread, but for the atomics. Requests being answered when the rpc_server ends do so without
// a reply.
struct rpc_server::state final : channel_user, std::enable_shared_from_this<rpc_server::state> {
  state(connection& over, rpc_server_options chosen, std::map<std::string, rpc_handler> by_type,
        log::logger& logger, metrics::registry& to)
      : broker(over),
        options(std::move(chosen)),
        handlers(std::move(by_type)),
        log(logger),
        registry(to),
        dropped(to.counter("mercat_rpc_server_dropped_total", "Requests without reply_to, or out of time",
                           {{"queue", options.queue}})) {}

  connection& broker;
  const rpc_server_options options;
  const std::map<std::string, rpc_handler> handlers;
  log::logger& log;
  metrics::registry& registry;
  prometheus::Counter& dropped;

  channel* open = nullptr;
  std::uint64_t generation = 0;  // of the channel: a delivery tag is good on its own channel only
  std::atomic<bool> stopping{false};
  std::atomic<bool> ended{false};
  std::atomic<bool> consuming{false};  // asked for
  std::atomic<bool> confirmed{false};
  std::atomic<std::size_t> under_way{0};
  std::promise<void> all_over;  // ended, and nothing is under way any more
  std::map<std::pair<std::string, int>, prometheus::Counter*> counters;

  static async::task<void> serve(std::shared_ptr<state> self, message request, async::deadline until);
  async::task<rpc_reply> answer(const message& request, async::deadline until, std::string& type);
  void finish(const message& request, std::uint64_t on_generation, const rpc_reply* reply);
  rpc_reply reply_to_failure(std::string_view type);
  void count(const std::string& type, int status);

  void on_open(channel& fresh) override {
    open = &fresh;
    ++generation;
    if (stopping) return;
    fresh.declare_queue(options.queue, false, false, true);
    fresh.qos(options.prefetch);
    fresh.consume(options.queue, false);
    consuming = true;
  }
  void on_closed() override {
    open = nullptr;
    consuming = confirmed = false;
  }
  void on_consuming() override { confirmed = true; }
  void on_cancelled() override { consuming = confirmed = false; }
  void on_message(message&& item) override;
};

void rpc_server::state::on_message(message&& item) {
  const auto until = async::deadline::in(item.expiration.value_or(default_time));
  if (item.reply_to.empty() || until.passed()) {
    dropped.Increment();
    open->ack(item.delivery_tag);
    return;
  }
  ++under_way;
  async::spawn(serve(shared_from_this(), std::move(item), until), [self = shared_from_this()](auto) {
    if (--self->under_way == 0 && self->ended) self->all_over.set_value();
  });
}

async::task<void> rpc_server::state::serve(std::shared_ptr<state> self, message request,
                                           async::deadline until) {
  const auto on_generation = self->generation;
  std::string type{unknown_type};
  rpc_reply reply;
  try {
    reply = co_await self->answer(request, until, type);
  } catch (...) {
    reply = self->reply_to_failure(type);
  }
  if (self->ended) co_return;
  self->count(type, reply.status);
  const bool in_time = !until.passed();  // nobody waits any more otherwise
  if (!in_time) self->dropped.Increment();
  self->finish(request, on_generation, in_time ? &reply : nullptr);
}

async::task<rpc_reply> rpc_server::state::answer(const message& request, async::deadline until,
                                                 std::string& type) {
  static const json::value nothing;
  const auto body = json::document::parse(request.body);
  if (!body.root().IsObject())
    throw error(fault::malformed, "malformed-request", "The request is no object.");
  const auto asked = json::text(body.root(), "type");
  const auto found = handlers.find(std::string{asked.value_or("")});
  if (found == handlers.end()) throw error(fault::malformed, "unknown-type", "No such request type.");
  type = found->first;
  const auto* given = json::member(body.root(), "data");
  const auto& data = given == nullptr ? nothing : *given;
  co_return co_await found->second(data, until);
}

// Must be called while an exception is handled.
rpc_reply rpc_server::state::reply_to_failure(std::string_view type) {
  try {
    throw;
  } catch (const error& known) {
    // The contract has one status for "not now", whether the dependency is away or slow.
    const auto kind = known.kind() == fault::too_slow ? fault::unavailable : known.kind();
    return refusal(http::status_of(kind), known.slug(), known.detail());
  } catch (const std::exception& unknown) {
    if (!ended)
      log.error("rpc handler failed", {{"type", type}, {"reason", std::string_view{unknown.what()}}});
  } catch (...) {
    if (!ended) log.error("rpc handler failed", {{"type", type}});
  }
  return refusal(http::status_of(fault::internal), "internal", "Something went wrong inside.");
}

// reply: null when nobody waits for it any more. Without the channel the broker gives the request to another
// consumer, or drops it when its time is over.
void rpc_server::state::finish(const message& request, std::uint64_t on_generation, const rpc_reply* reply) {
  if (open == nullptr || generation != on_generation) return;
  try {
    if (reply != nullptr) {
      publish_options to;
      to.routing_key = request.reply_to;
      to.mandatory = false;  // a client that went away is no concern
      to.correlation_id = request.correlation_id;
      to.status = reply->status;
      open->publish(to, reply->body);
    }
    open->ack(request.delivery_tag);
  } catch (const failure&) {  // on_closed follows
  }
}

void rpc_server::state::count(const std::string& type, int status) {
  auto& known = counters[{type, status}];
  if (known == nullptr) {
    known = &registry.counter("mercat_rpc_server_requests_total", "Requests answered, by status",
                              {{"type", type}, {"status", std::to_string(status)}});
  }
  known->Increment();
}

rpc_server::rpc_server(connection& broker, rpc_server_options options,
                       std::map<std::string, rpc_handler> handlers, log::logger& logger,
                       metrics::registry& metrics)
    : state_(std::make_shared<state>(broker, std::move(options), std::move(handlers), logger, metrics)) {
  broker.add(*state_);
}

rpc_server::~rpc_server() {
  state_->broker.remove(*state_);
  auto all_over = state_->all_over.get_future();
  state_->broker.loop().run_and_wait([this] {
    state_->ended = true;
    state_->open = nullptr;
    if (state_->under_way == 0) state_->all_over.set_value();
  });
  // What the handlers use is gone after this.
  if (all_over.wait_for(longest_wait_for_handlers) == std::future_status::timeout) {
    state_->log.error("rpc handlers did not end",
                      {{"queue", state_->options.queue},
                       {"underWay", static_cast<std::int64_t>(state_->under_way.load())}});
  }
}

void rpc_server::stop() {
  if (state_->stopping.exchange(true)) return;
  state_->broker.loop().post([self = state_] {
    if (self->ended || !self->consuming) return;
    try {
      self->open->cancel();
    } catch (const failure&) {  // on_closed follows, and nothing is consumed after it
    }
  });
}

bool rpc_server::ready() const noexcept {
  return state_->confirmed && !state_->stopping;
}

bool rpc_server::idle() const noexcept {
  return !state_->consuming && state_->under_way == 0;
}

}  // namespace mercat::amqp
