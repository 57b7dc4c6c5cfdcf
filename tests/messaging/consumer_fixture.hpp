// A consumer of queue "work" with one type of event, whose effect is a row; dead letters go to queue "dead".
#pragma once

#include "common/messaging/consumer.hpp"
#include "tests/db/gate.hpp"
#include "tests/messaging/fixture.hpp"
#include "tests/support/broker.hpp"
#include "tests/support/tcp_gate.hpp"

#include <atomic>

namespace mercat::test {

using messaging::event;

struct with_consumer : with_tables {
  broker rabbit;
  async::event_loop events{"events"};
  std::optional<amqp::connection> connection;
  std::map<std::string, messaging::event_handler> handlers{{"thing.happened", {&apply}}};
  messaging::consumer_options how{.queue = "work"};
  std::atomic<bool> handling{false};  // held_effect() is under way
  std::atomic<bool> go_on{false};     // it may end
  std::optional<messaging::consumer> consumer;

  with_consumer() {
    rabbit.declare_queue("dead");
    rabbit.declare_queue("work", true, R"({"x-dead-letter-exchange":"","x-dead-letter-routing-key":"dead"})");
  }
  ~with_consumer() {
    go_on = true;  // the consumer waits for its effects
    consumer.reset();
    connection.reset();
  }

  static void apply(db::session& s, const event& item) {
    s.execute("INSERT INTO effect (message_id, data) VALUES (?, ?)", item.id, item.data);
  }
  async::task<void> held_effect() {
    handling = true;
    while (!go_on) co_await events.sleep(5ms);
  }
  void start() { start(rabbit.options("consumer")); }
  void start(const amqp::connection_options& through) {
    connection.emplace(events, through, logger, metrics);
    consumer.emplace(*connection, *database, how, handlers, logger, metrics);
  }
  void put(std::string_view id, std::string_view type = "thing.happened", std::string_view data = "{}") {
    rabbit.put("work", data,
               "{\"message_id\":\"" + std::string(id) + "\",\"type\":\"" + std::string(type) +
                   "\",\"delivery_mode\":2}");
  }
  // Resets the connection through the gate. Not waited for: that it is down, which may last 50 ms only.
  bool comes_back_after_a_reset(tcp_gate& between) {
    const auto before = between.accepted();
    between.close();
    return eventually(10s, [&] { return between.accepted() > before && connection->up(); });
  }
  bool effects_become(std::int64_t expected) {
    return eventually(10s, [&] { return effects() == expected; });
  }
  std::size_t dead() { return rabbit.take("dead").size(); }
  bool one_goes_to_the_dead_letters() {
    return eventually(10s, [&] { return dead() == 1; });
  }
  // Nothing is left unacknowledged: the next consumer of the queue finds it empty.
  bool all_is_acknowledged() {
    consumer.reset();
    connection.reset();
    return rabbit.take("work").empty();
  }
};

}  // namespace mercat::test
