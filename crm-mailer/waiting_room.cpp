#include "crm-mailer/waiting_room.hpp"

#include "common/async/completion.hpp"
#include "common/error.hpp"
#include "common/messaging/inbox_table.hpp"
#include "crm-mailer/messages.hpp"
#include "crm-mailer/store.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace mercat::crm_mailer {

namespace {

using clock = async::deadline::clock;

constexpr std::chrono::milliseconds database_time{1000};
constexpr std::chrono::milliseconds pause_after_failure{250};
constexpr std::chrono::seconds measure_every{5};
constexpr int most_at_once = 100;
// Far longer than a try lasts: it is not made twice, though the database is away for a while in the middle.
constexpr std::chrono::milliseconds shortest_lease{std::chrono::minutes{5}};

bool passes(const error& failure) {
  return failure.kind() == fault::unavailable || failure.kind() == fault::too_slow ||
         failure.kind() == fault::too_many_requests;
}

}  // namespace

// On the loop's thread, but what is atomic.
struct waiting_room::state {
  state(const mailroom& with, amqp::publisher& to_dead_letters, async::event_loop& on, log::logger& log,
        metrics::registry& metrics)
      : room(with),
        readers(mail_readers(with.shop)),
        lease(std::max(shortest_lease, 2 * with.time_limit)),
        dead_letters(to_dead_letters),
        loop(on),
        logger(log),
        rejected(metrics.counter("mercat_events_consumed_total", "Events taken from the queue, by outcome",
                                 {{"queue", "crm-mailer.events"}, {"outcome", "rejected"}})),
        waiting(metrics.gauge("mercat_mails_postponed", "Mails that the mail server has put off")) {}

  const mailroom room;
  const std::map<std::string, mail_reader> readers;
  const std::chrono::milliseconds lease;
  amqp::publisher& dead_letters;
  async::event_loop& loop;
  log::logger& logger;
  prometheus::Counter& rejected;
  prometheus::Gauge& waiting;

  clock::time_point measured{};
  std::atomic<bool> running{false};
  std::atomic<bool> stopping{false};
  std::atomic<bool> leaving{false};  // the waiting room ends: nothing is waited for any more
  std::unique_ptr<async::repeating_timer> timer;

  void look();
  async::task<void> run();
  async::task<void> measure();
  // true: there may be another one to try.
  async::task<bool> try_next();
  async::task<handed> try_again(const store::postponed_mail& item, const delivery& wanted,
                                async::deadline until);
  async::task<void> settle(const store::postponed_mail& item, const delivery& wanted, handed how);
  async::task<void> put_back(const store::postponed_mail& item);
  async::task<void> give_up(const store::postponed_mail& item, const std::string& reason);
  async::task<void> write_down(std::function<void(db::session&)> what);
};

void waiting_room::state::look() {
  if (stopping || running.exchange(true)) return;
  async::spawn(run(), [this](std::exception_ptr) {
    running = false;
    running.notify_all();
  });
}

// What fails goes on at the next look, or when the lease is over.
async::task<void> waiting_room::state::run() {
  try {
    bool more = true;
    for (int tried = 0; more && tried < most_at_once && !stopping; ++tried) more = co_await try_next();
    if (clock::now() - measured >= measure_every) co_await measure();
  } catch (const std::exception&) {
  }
}

async::task<void> waiting_room::state::measure() {
  const auto count = [](db::session& s) { return store::count_postponed(s); };
  const auto found = co_await room.database.read(async::deadline::in(database_time), count);
  measured = clock::now();
  waiting.Set(static_cast<double>(found));
}

async::task<bool> waiting_room::state::try_next() {
  const auto until = async::deadline::in(room.time_limit);  // from before the claim: it ends before the lease
  const auto claim = [this](db::session& s) { return store::claim_postponed(s, lease); };
  const auto item = co_await room.database.transaction(async::deadline::in(database_time), claim);
  if (!item) co_return false;
  delivery wanted;
  auto how = handed::postponed;
  bool away = false;
  std::string refused;
  try {
    wanted = readers.at(item->event.type)(item->event);
    how = co_await try_again(*item, wanted, until);
  } catch (const error& failure) {
    away = passes(failure);
    refused = failure.slug();
  } catch (const std::exception& bug) {
    refused = bug.what();
  }
  if (how == handed::postponed && item->since_first >= room.give_up_after && refused.empty())
    refused = "mail-given-up";
  if (away) {
    co_await put_back(*item);
  } else if (!refused.empty()) {
    co_await give_up(*item, refused);
  } else {
    co_await settle(*item, wanted, how);
  }
  co_return !away;
}

async::task<handed> waiting_room::state::try_again(const store::postponed_mail& item, const delivery& wanted,
                                                   async::deadline until) {
  if (!wanted.due) co_return handed::unwanted;
  const auto look = [&item, &wanted](db::session& s) {
    return store::may_send(s, item.event.id, wanted.customer_id);
  };
  const bool may_go = co_await room.database.read(async::deadline::in(database_time), look);
  if (!may_go) co_return handed::unwanted;
  const auto how = co_await hand_over(room, item.event, wanted, until);
  co_return how;
}

async::task<void> waiting_room::state::settle(const store::postponed_mail& item, const delivery& wanted,
                                              handed how) {
  if (how == handed::postponed) {
    co_await put_back(item);
    co_return;
  }
  const auto done = [&item, &wanted, how](db::session& s) {
    how == handed::over ? note_delivery(s, item.event, wanted) : store::forget_postponed(s, item.event.id);
  };
  co_await write_down(done);
}

async::task<void> waiting_room::state::put_back(const store::postponed_mail& item) {
  const auto pause = room.pause_after(item.since_first);
  const auto work = [&item, pause](db::session& s) { store::put_back(s, item, pause); };
  co_await room.database.transaction(async::deadline::in(database_time), work);
}

// Out of the table only when the broker has it. A crash in between leaves it in both; it is tried again, and
// given up again, or it goes out and its dead letter is known to be done when it is replayed.
async::task<void> waiting_room::state::give_up(const store::postponed_mail& item, const std::string& reason) {
  const async::completion<amqp::sent> told;
  dead_letters.publish(item.event, [told](amqp::sent outcome) { told.succeed(outcome); });
  const auto outcome = co_await told;
  if (outcome != amqp::sent::confirmed) {
    if (outcome == amqp::sent::returned)
      logger.error("the broker has no dead letters for mails that are given up", {{"event", item.event.id}});
    co_await put_back(item);
    co_return;
  }
  rejected.Increment();
  logger.error("an event goes to the dead letters", {{"queue", "crm-mailer.events"},
                                                     {"event", item.event.id},
                                                     {"type", item.event.type},
                                                     {"reason", reason}});
  const auto done = [&item](db::session& s) {
    store::forget_postponed(s, item.event.id);
    messaging::unmark_processed(s, item.event.id);
  };
  co_await write_down(done);
}

// What has happened outside the database is tried to be written down until it is: else it happens twice.
async::task<void> waiting_room::state::write_down(std::function<void(db::session&)> what) {
  for (;;) {
    std::exception_ptr failure;
    try {
      co_await room.database.transaction(async::deadline::in(database_time), what);
      co_return;
    } catch (...) {
      failure = std::current_exception();
    }
    if (leaving) std::rethrow_exception(failure);
    co_await loop.sleep(pause_after_failure);
  }
}

waiting_room::waiting_room(const mailroom& room, amqp::publisher& dead_letters, async::event_loop& loop,
                           log::logger& logger, metrics::registry& metrics,
                           std::chrono::milliseconds between_looks)
    : state_(std::make_unique<state>(room, dead_letters, loop, logger, metrics)) {
  state_->timer = loop.every(between_looks, [inner = state_.get()] { inner->look(); });
}

waiting_room::~waiting_room() {
  stop();
  state_->leaving = true;
  state_->timer.reset();
  state_->running.wait(true);
  state_->loop.run_and_wait([] {});  // what said so has ended too
}

void waiting_room::stop() noexcept {
  state_->stopping = true;
}

bool waiting_room::idle() const noexcept {
  return !state_->running;
}

}  // namespace mercat::crm_mailer
