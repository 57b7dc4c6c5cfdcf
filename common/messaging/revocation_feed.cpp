#include "common/messaging/revocation_feed.hpp"

#include "common/amqp/rpc.hpp"
#include "common/async/event_loop.hpp"
#include "common/error.hpp"
#include "common/messaging/revocation_text.hpp"
#include "common/uuid.hpp"

#include <atomic>
#include <future>
#include <optional>

namespace mercat::messaging {

namespace {

constexpr std::chrono::milliseconds pause_after_failure{250};
constexpr std::chrono::milliseconds snapshot_time{2000};

}  // namespace

// All but `complete` and `stopping` is for the loop's thread.
struct revocation_feed::state final : amqp::channel_user {
  state(amqp::connection& link, const std::string& replica, auth::revocations& all, log::logger& log,
        metrics::registry& registry)
      : broker(link),
        queue_prefix(replica + ".revocations."),
        into(all),
        logger(log),
        customer(std::in_place, link, amqp::rpc_client_options{"CUSTOMER_RPC"}, registry) {}

  amqp::connection& broker;
  const std::string queue_prefix;
  auth::revocations& into;
  log::logger& logger;
  std::optional<amqp::rpc_client> customer;  // until the feed ends
  std::atomic<bool> complete{false};
  std::atomic<bool> stopping{false};
  std::uint64_t generation = 0;  // of the queue
  bool loading = false;
  bool failing = false;
  std::promise<void> over;  // of the last load, once stopping

  // A name of its own each time: after a lost connection the broker may hold the old queue for a while.
  void on_open(amqp::channel& fresh) override {
    ++generation;
    const auto queue = queue_prefix + uuid_v7();
    fresh.declare_queue(queue, false, true, true);
    fresh.bind_queue(queue, "mercat.events", "customer.sessions-revoked");
    fresh.consume(queue, true);
  }
  void on_closed() override {
    ++generation;
    complete = false;
  }
  void on_message(amqp::message&& item) override {
    try {
      note_revocation(item.body, into);
    } catch (const error&) {
      logger.error("a revocation cannot be read", {{"event", std::string_view{item.message_id}}});
    }
  }
  void on_consuming() override;

  // Coroutines; `self` keeps the state alive.
  static async::task<void> load(std::shared_ptr<state> self);
  static async::task<bool> ask(std::shared_ptr<state> self);
  std::weak_ptr<state> self;
};

// From here on everything is heard. What was asked before, perhaps over a channel that opened first, is asked
// again: a revocation may have fallen between.
void revocation_feed::state::on_consuming() {
  ++generation;
  complete = false;
  if (loading || stopping) return;
  loading = true;
  auto kept = self.lock();
  async::spawn(load(kept), [kept](std::exception_ptr) {
    kept->loading = false;
    if (kept->stopping) kept->over.set_value();
  });
}

async::task<void> revocation_feed::state::load(std::shared_ptr<state> self) {
  while (!self->stopping && !self->complete) {
    const auto asked = self->generation;
    const bool answered = co_await ask(self);
    if (answered && asked == self->generation)
      self->complete = true;
    else
      co_await self->broker.loop().sleep(pause_after_failure);
  }
}

async::task<bool> revocation_feed::state::ask(std::shared_ptr<state> self) {
  try {
    const auto reply =
        co_await self->customer->call("VIEW_REVOCATIONS", "{}", async::deadline::in(snapshot_time));
    if (reply.status != 200) throw error(fault::unavailable, "no-revocations", "refused");
    note_revocations(reply.body, self->into);
    self->failing = false;
    co_return true;
  } catch (const error& failure) {
    if (!std::exchange(self->failing, true))
      self->logger.warning("the revoked sessions are not known yet", {{"reason", failure.slug()}});
    co_return false;
  }
}

revocation_feed::revocation_feed(amqp::connection& broker, const std::string& replica,
                                 auth::revocations& into, log::logger& logger, metrics::registry& metrics)
    : state_(std::make_shared<state>(broker, replica, into, logger, metrics)) {
  state_->self = state_;
  metrics.observe("mercat_revocations", "Customers whose older tokens are refused", {},
                  [&into] { return static_cast<double>(into.size()); });
  broker.add(*state_);
}

revocation_feed::~revocation_feed() {
  state_->broker.remove(*state_);
  bool loading = false;
  state_->broker.loop().run_and_wait([&] {
    state_->stopping = true;
    loading = state_->loading;
  });
  state_->customer.reset();  // so that what it is still asking fails at once
  if (loading) state_->over.get_future().wait();
}

bool revocation_feed::complete() const noexcept {
  return state_->complete;
}

}  // namespace mercat::messaging
