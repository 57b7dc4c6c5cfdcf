// The inside of a consumer. Everything but what is atomic belongs to the connection's loop thread.
#pragma once

#include "common/async/completion.hpp"
#include "common/messaging/consumer.hpp"

#include <atomic>
#include <chrono>
#include <deque>
#include <map>
#include <vector>

namespace prometheus {
class Counter;
}

namespace mercat::messaging {

struct consumer::state final : amqp::channel_user, std::enable_shared_from_this<state> {
  state(amqp::connection& over, db::pool& pool, consumer_options given,
        std::map<std::string, event_handler> by_type, log::logger& log, metrics::registry& metrics);

  amqp::connection& broker;
  db::pool& database;
  const consumer_options options;
  const std::map<std::string, event_handler> handlers;
  log::logger& logger;
  prometheus::Counter& applied;
  prometheus::Counter& duplicate;
  prometheus::Counter& rejected;
  prometheus::Counter& retried;

  amqp::channel* open = nullptr;
  std::uint64_t generation = 0;  // of the channel: a delivery tag is good in its own only
  std::atomic<std::size_t> in_hand{0};
  std::atomic<bool> stopping{false};
  std::atomic<bool> leaving{false};  // the consumer ends: nothing is waited for any more
  bool cleaning = false;
  std::function<void()> when_idle;
  std::unique_ptr<async::repeating_timer> cleaner;

  // One event in work, how far it has come over its attempts, and every delivery of it that came meanwhile:
  // after a loss of the connection the broker sends it again, and it must not be begun a second time.
  struct delivery {
    std::uint64_t tag;
    std::uint64_t generation;
  };
  struct progress {
    event item;
    const event_handler& handler;
    std::vector<delivery> deliveries{};
    bool redelivered = false;
    bool counted = false;      // an attempt is counted in the inbox
    bool checked = false;      // known not to be processed
    bool effect_done = false;  // not to be repeated in this process
    bool told = false;
    int bugs = 0;
    int tries = 0;  // in this process
  };
  using in_work = std::shared_ptr<progress>;
  std::map<std::string, in_work> events;  // by id

  // Counted attempts are made one at a time: a process that dies must not count its death for the neighbours
  // of the event it died of.
  bool counting = false;
  std::deque<async::completion<bool>> counting_next;

  void on_open(amqp::channel& fresh) override;
  void on_closed() override;
  void on_message(amqp::message&& item) override;

  void stop_consuming();
  void answer(const progress& known, bool accept);
  void give_up(const progress& known, std::string_view reason);
  void reject_unread(const amqp::message& item, std::string_view reason);
  void note_retry(progress& so_far, std::string_view reason);
  void start_cleaning();
  // Is there a use in another attempt? Not when the consumer stops or the message is not ours any more,
  // unless the effect outside the database is there: then the inbox must learn of it, or it happens twice.
  [[nodiscard]] bool goes_on(const progress& so_far) const;
  void pass_turn_on();

  // Coroutines; `self` keeps the state alive.
  static async::task<void> handle(std::shared_ptr<state> self, in_work so_far);
  static async::task<bool> attempt_in_turn(std::shared_ptr<state> self, progress& so_far);
  static async::task<bool> attempt(std::shared_ptr<state> self, progress& so_far);
  static async::task<bool> begin_counted(std::shared_ptr<state> self, progress& so_far);
  static async::task<void> take_back(std::shared_ptr<state> self, progress& so_far);
  static async::task<void> wait(std::shared_ptr<state> self, const progress& so_far,
                                std::chrono::milliseconds time);
  static async::task<void> clean(std::shared_ptr<state> self);
};

}  // namespace mercat::messaging
