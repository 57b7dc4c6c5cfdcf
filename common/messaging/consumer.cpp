#include "common/messaging/consumer.hpp"

#include "common/messaging/consumer_state.hpp"
#include "common/messaging/inbox_table.hpp"

#include <prometheus/counter.h>

#include <algorithm>
#include <future>
#include <utility>

namespace mercat::messaging {

namespace {

constexpr std::chrono::milliseconds database_time{1000};
constexpr std::chrono::minutes forget_every{10};
constexpr std::int64_t forget_at_once = 500;

prometheus::Counter& outcomes(metrics::registry& registry, const std::string& queue, const char* outcome) {
  return registry.counter("mercat_events_consumed_total", "Events taken from the queue, by outcome",
                          {{"queue", queue}, {"outcome", outcome}});
}

}  // namespace

consumer::state::state(amqp::connection& over, db::pool& pool, consumer_options given,
                       std::map<std::string, event_handler> by_type, log::logger& log,
                       metrics::registry& metrics)
    : broker(over),
      database(pool),
      options(std::move(given)),
      handlers(std::move(by_type)),
      logger(log),
      applied(outcomes(metrics, options.queue, "applied")),
      duplicate(outcomes(metrics, options.queue, "duplicate")),
      rejected(outcomes(metrics, options.queue, "rejected")),
      retried(metrics.counter("mercat_events_retried_total", "Attempts that failed and are made again",
                              {{"queue", options.queue}})) {}

void consumer::state::on_open(amqp::channel& fresh) {
  ++generation;
  if (stopping) return;
  fresh.qos(options.prefetch);
  fresh.consume(options.queue, false);
  open = &fresh;
}

void consumer::state::on_closed() {
  ++generation;
  open = nullptr;
}

void consumer::state::on_message(amqp::message&& item) {
  if (stopping) return;
  if (item.message_id.empty() || item.message_id.size() > 64) return reject_unread(item, "no message id");
  const auto handler = handlers.find(item.type);
  if (handler == handlers.end()) return reject_unread(item, "unknown type");
  const delivery here{item.delivery_tag, generation};
  if (const auto known = events.find(item.message_id); known != events.end()) {
    known->second->deliveries.push_back(here);
    known->second->redelivered |= item.redelivered;
    return duplicate.Increment();
  }
  auto fresh = std::make_shared<progress>(progress{
      {item.message_id, item.type, std::move(item.body), std::move(item.traceparent)}, handler->second});
  fresh->deliveries.push_back(here);
  fresh->redelivered = item.redelivered;
  events.emplace(item.message_id, fresh);
  ++in_hand;
  async::spawn(handle(shared_from_this(), std::move(fresh)),
               [self = shared_from_this(), id = item.message_id](std::exception_ptr) {
                 self->events.erase(id);
                 --self->in_hand;
                 if (self->when_idle) self->when_idle();
               });
}

void consumer::state::stop_consuming() {
  if (open == nullptr) return;
  try {
    open->cancel();
  } catch (const std::exception&) {
    // The connection broke: on_closed follows.
  }
}

void consumer::state::answer(const progress& known, bool accept) {
  try {
    for (const auto& each : known.deliveries) {
      // A tag of an earlier connection means another message on this one.
      if (open == nullptr || each.generation != generation) continue;
      accept ? open->ack(each.tag) : open->reject(each.tag);
    }
  } catch (const std::exception&) {
    // The connection broke: the message comes again.
  }
}

void consumer::state::give_up(const progress& known, std::string_view reason) {
  rejected.Increment();
  logger.error("an event goes to the dead letters", {{"queue", options.queue},
                                                     {"event", known.item.id},
                                                     {"type", known.item.type},
                                                     {"reason", reason},
                                                     {"attempts", known.tries}});
  answer(known, false);
}

void consumer::state::reject_unread(const amqp::message& item, std::string_view reason) {
  rejected.Increment();
  logger.error(
      "an event goes to the dead letters",
      {{"queue", options.queue}, {"event", item.message_id}, {"type", item.type}, {"reason", reason}});
  open->reject(item.delivery_tag);
}

void consumer::state::note_retry(progress& so_far, std::string_view reason) {
  retried.Increment();
  if (std::exchange(so_far.told, true)) return;
  logger.warning("an event is tried again until it succeeds",
                 {{"event", so_far.item.id}, {"type", so_far.item.type}, {"reason", reason}});
}

async::task<void> consumer::state::clean(std::shared_ptr<state> self) {
  try {
    std::uint64_t forgotten = forget_at_once;
    while (!self->stopping && forgotten >= forget_at_once) {
      const auto work = [&self](db::session& s) {
        return forget(s, self->options.remember_for, forget_at_once);
      };
      forgotten = co_await self->database.transaction(async::deadline::in(database_time), work);
    }
  } catch (const std::exception&) {
    // The next round does it.
  }
}

void consumer::state::start_cleaning() {
  if (stopping || std::exchange(cleaning, true)) return;
  async::spawn(clean(shared_from_this()), [self = shared_from_this()](std::exception_ptr) {
    self->cleaning = false;
    if (self->when_idle) self->when_idle();
  });
}

consumer::consumer(amqp::connection& broker, db::pool& database, consumer_options options,
                   std::map<std::string, event_handler> handlers, log::logger& logger,
                   metrics::registry& metrics)
    : state_(std::make_shared<state>(broker, database, std::move(options), std::move(handlers), logger,
                                     metrics)) {
  state_->cleaner = broker.loop().every(forget_every, [self = state_.get()] { self->start_cleaning(); });
  broker.add(*state_);
}

consumer::~consumer() {
  stop();
  state_->leaving = true;
  state_->cleaner.reset();
  state_->broker.remove(*state_);
  const auto idle = std::make_shared<std::promise<void>>();
  state_->broker.loop().post([self = state_, idle] {
    self->on_closed();
    self->when_idle = [raw = self.get(), idle] {
      if (raw->in_hand == 0 && !raw->cleaning) idle->set_value();
    };
    self->when_idle();
  });
  idle->get_future().get();
}

void consumer::stop() {
  if (state_->stopping.exchange(true)) return;
  state_->broker.loop().post([self = state_] { self->stop_consuming(); });
}

bool consumer::idle() const noexcept {
  return state_->in_hand == 0;
}

}  // namespace mercat::messaging
