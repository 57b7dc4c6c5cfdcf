// The inside of a consumer. Everything but what is atomic belongs to the connection's loop thread.
#pragma once

#include "common/messaging/consumer.hpp"

#include <atomic>
#include <deque>

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
  std::deque<amqp::message> delivered;
  std::atomic<bool> busy{false};
  std::atomic<bool> stopping{false};
  bool cleaning = false;
  std::function<void()> when_idle;
  std::unique_ptr<async::repeating_timer> cleaner;

  // How far the handling of one message has come, over its attempts.
  struct progress {
    event item;
    bool redelivered = false;
    bool counted = false;      // an attempt is counted in the inbox
    bool checked = false;      // known not to be processed
    bool effect_done = false;  // not to be repeated in this process
    bool told = false;
    int bugs = 0;
  };

  void on_open(amqp::channel& fresh) override;
  void on_closed() override;
  void on_message(amqp::message&& item) override;

  void stop_consuming();
  void answer(std::uint64_t tag, std::uint64_t of_generation, bool accept);
  void give_up(const amqp::message& item, std::uint64_t of_generation, std::string_view reason);
  void note_retry(progress& so_far, std::string_view reason);
  void start_cleaning();

  // Coroutines; `self` keeps the state alive.
  static async::task<void> work(std::shared_ptr<state> self);
  static async::task<void> handle(std::shared_ptr<state> self, const amqp::message& item);
  static async::task<bool> attempt(std::shared_ptr<state> self, const event_handler& handler,
                                   progress& so_far);
  static async::task<void> take_back(std::shared_ptr<state> self, progress& so_far);
  static async::task<bool> wait(std::shared_ptr<state> self, std::chrono::milliseconds time,
                                std::uint64_t of_generation);
  static async::task<void> clean(std::shared_ptr<state> self);
};

}  // namespace mercat::messaging
