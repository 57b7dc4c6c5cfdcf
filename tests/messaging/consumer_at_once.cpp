// Events handled beside each other: one that waits holds up no other, none is begun twice.
#include "tests/messaging/consumer_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace mercat;
using namespace mercat::test;
using messaging::event;
using fixture = with_consumer;

BOOST_FIXTURE_TEST_CASE(an_event_that_waits_holds_up_no_other, fixture) {
  std::atomic<bool> away{true};
  handlers["thing.happened"].effect = [&](const event& item) -> async::task<void> {
    if (away && item.id == "waits") throw error(fault::unavailable, "away", "away");
    co_return;
  };
  start();
  put("waits");
  for (int i = 0; i < 30; ++i) put("id-" + std::to_string(i));
  BOOST_TEST(effects_become(30));
  away = false;
  BOOST_TEST(effects_become(31));
  BOOST_TEST(dead() == 0U);
}

BOOST_FIXTURE_TEST_CASE(no_more_events_are_handled_at_once_than_asked_for, fixture) {
  std::atomic<int> now{0};
  std::atomic<int> most{0};
  handlers["thing.happened"].effect = [&](const event&) -> async::task<void> {
    most = std::max(most.load(), ++now);
    for (int i = 0; i < 1000 && most < 3; ++i) co_await events.sleep(5ms);
    co_await events.sleep(20ms);  // time for a fourth
    --now;
  };
  how.prefetch = 3;
  for (int i = 0; i < 20; ++i) put("id-" + std::to_string(i));
  start();
  BOOST_TEST(effects_become(20));
  BOOST_TEST(most == 3);
}

BOOST_FIXTURE_TEST_CASE(an_effect_outside_the_database_is_not_repeated_when_database_and_broker_go_after_it,
                        fixture) {
  gate to_database(schema.options().socket);
  open({.socket = to_database.path()});
  auto through = rabbit.options("consumer");
  tcp_gate to_broker(through.host, through.port);
  through.port = to_broker.port();
  std::atomic<int> mails{0};
  handlers["thing.happened"].effect = [&](const event&) -> async::task<void> {
    if (++mails == 1) to_database.set(gate::mode::shut);
    co_return;
  };
  start(through);
  put("one");
  BOOST_REQUIRE(eventually(10s, [&] { return mails == 1 && !database->reachable(); }));
  for (int i = 0; i < 2; ++i) BOOST_REQUIRE(comes_back_after_a_reset(to_broker));
  BOOST_TEST(throughout(300ms, [&] { return !consumer->idle(); }));
  to_database.set(gate::mode::open);
  BOOST_TEST(effects_become(1));
  BOOST_TEST(eventually(10s, [&] { return consumer->idle(); }));
  BOOST_TEST(mails == 1);
  BOOST_TEST(all_is_acknowledged());
  BOOST_TEST(effects() == 1);
}

BOOST_FIXTURE_TEST_CASE(a_stopping_consumer_writes_down_an_effect_that_is_done, fixture) {
  gate to_database(schema.options().socket);
  open({.socket = to_database.path()});
  std::atomic<int> mails{0};
  handlers["thing.happened"].effect = [&](const event&) -> async::task<void> {
    if (++mails == 1) to_database.set(gate::mode::shut);
    co_return;
  };
  start();
  put("one");
  BOOST_REQUIRE(eventually(10s, [&] { return mails == 1 && !database->reachable(); }));
  consumer->stop();
  BOOST_TEST(throughout(300ms, [&] { return !consumer->idle(); }));
  to_database.set(gate::mode::open);
  BOOST_TEST(eventually(10s, [&] { return consumer->idle(); }));
  BOOST_TEST(effects() == 1);
  BOOST_TEST(all_is_acknowledged());
}

BOOST_FIXTURE_TEST_CASE(a_consumer_ends_in_time_though_the_database_stays_away, fixture) {
  gate to_database(schema.options().socket);
  open({.socket = to_database.path()});
  handlers["thing.happened"].effect = [&](const event&) -> async::task<void> {
    to_database.set(gate::mode::shut);
    co_return;
  };
  start();
  put("one");
  BOOST_REQUIRE(eventually(10s, [&] { return !database->reachable(); }));
  const auto begin = std::chrono::steady_clock::now();
  consumer.reset();
  BOOST_TEST(since(begin).count() < 3000);
}

// A process that dies counts its death for what it was attempting: that must be one event, not its
// neighbours.
BOOST_FIXTURE_TEST_CASE(events_that_come_again_are_attempted_one_at_a_time, fixture) {
  for (int i = 0; i < 8; ++i) put("id-" + std::to_string(i));
  rabbit.ask("POST", "/queues/" + rabbit.vhost() + "/work/get",
             R"({"ackmode":"reject_requeue_true","encoding":"auto","count":8})");
  std::atomic<int> now{0};
  std::atomic<int> most{0};
  handlers["thing.happened"].effect = [&](const event&) -> async::task<void> {
    most = std::max(most.load(), ++now);
    co_await events.sleep(10ms);
    --now;
  };
  start();
  BOOST_TEST(effects_become(8));
  BOOST_TEST(most == 1);
}
