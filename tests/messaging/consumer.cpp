// One effect per event, whatever fails: handler, database, connection, process.
#include "tests/messaging/consumer_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace mercat::test;
using messaging::event;
using fixture = with_consumer;

BOOST_FIXTURE_TEST_CASE(each_event_has_its_effect_and_is_acknowledged, fixture) {
  start();
  for (int i = 0; i < 20; ++i) put("id-" + std::to_string(i), "thing.happened", "{\"n\":1}");
  BOOST_TEST(effects_become(20));
  BOOST_TEST(count("SELECT COUNT(DISTINCT message_id) FROM effect WHERE data = '{\"n\":1}'") == 20);
  BOOST_TEST(eventually(10s, [&] { return consumer->idle(); }));
  BOOST_TEST(all_is_acknowledged());
}

BOOST_FIXTURE_TEST_CASE(an_event_that_comes_twice_has_one_effect, fixture) {
  start();
  put("same");
  put("same");
  put("other");
  BOOST_TEST(effects_become(2));
  BOOST_TEST(eventually(10s, [&] { return consumer->idle(); }));
  BOOST_TEST(all_is_acknowledged());
  BOOST_TEST(effects() == 2);
  BOOST_TEST(dead() == 0U);
}

BOOST_FIXTURE_TEST_CASE(the_commit_of_each_effect_is_told_once, fixture) {
  std::atomic<int> told{0};
  std::atomic<bool> too_early{false};
  how.committed = [&] {
    if (effects() < ++told) too_early = true;
  };
  start();
  for (const auto* id : {"one", "two", "two", "three"}) put(id);
  BOOST_TEST(eventually(10s, [&] { return told == 3 && consumer->idle(); }));
  BOOST_TEST(all_is_acknowledged());
  BOOST_TEST(told == 3);
  BOOST_TEST(!too_early);
}

BOOST_FIXTURE_TEST_CASE(a_transient_fault_is_tried_again_in_place_until_it_passes, fixture) {
  std::atomic<int> attempts{0};
  handlers["thing.happened"].apply = [&](db::session& s, const event& item) {
    apply(s, item);
    if (++attempts < 4) throw error(fault::unavailable, "away", "away");
  };
  start();
  put("one");
  put("two");
  BOOST_TEST(effects_become(2));
  BOOST_TEST(attempts == 5);
  BOOST_TEST(dead() == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_permanent_fault_goes_to_the_dead_letters_at_once_and_holds_up_no_other, fixture) {
  std::atomic<int> attempts{0};
  handlers["thing.happened"].apply = [&](db::session& s, const event& item) {
    apply(s, item);
    if (item.id != "bad") return;
    ++attempts;
    throw error(fault::malformed, "unreadable", "unreadable");
  };
  start();
  put("bad");
  put("good");
  BOOST_TEST(one_goes_to_the_dead_letters());
  BOOST_TEST(effects_become(1));
  BOOST_TEST(attempts == 1);
}

BOOST_FIXTURE_TEST_CASE(a_bug_is_tried_three_times_and_then_given_up, fixture) {
  std::atomic<int> attempts{0};
  handlers["thing.happened"].apply = [&](db::session&, const event&) {
    ++attempts;
    throw std::runtime_error("bug");
  };
  start();
  put("one");
  BOOST_TEST(one_goes_to_the_dead_letters());
  BOOST_TEST(attempts == 3);
}

BOOST_FIXTURE_TEST_CASE(unknown_types_and_messages_without_an_id_go_to_the_dead_letters, fixture) {
  start();
  put("one", "nothing.known");
  BOOST_TEST(one_goes_to_the_dead_letters());
  put("");
  BOOST_TEST(one_goes_to_the_dead_letters());
  rabbit.put("work", "garbage");
  BOOST_TEST(one_goes_to_the_dead_letters());
  put("good");
  BOOST_TEST(effects_become(1));
}

BOOST_FIXTURE_TEST_CASE(an_outage_of_the_database_dead_letters_nothing, fixture) {
  gate between(schema.options().socket);
  open({.socket = between.path()});
  start();
  put("before");
  BOOST_TEST(effects_become(1));
  between.set(gate::mode::shut);
  for (int i = 0; i < 5; ++i) put("id-" + std::to_string(i));
  BOOST_TEST(!eventually(1500ms, [&] { return effects() != 1; }));
  between.set(gate::mode::open);
  const auto back = std::chrono::steady_clock::now();
  BOOST_TEST(effects_become(6));
  BOOST_TEST(since(back).count() < 5000);
  BOOST_TEST(dead() == 0U);
  consumer.reset();
}

BOOST_FIXTURE_TEST_CASE(a_connection_lost_while_handling_gives_one_effect, fixture) {
  auto options = rabbit.options("consumer");
  tcp_gate between(options.host, options.port);
  options.port = between.port();
  handlers["thing.happened"].effect = [this](const event&) { return held_effect(); };
  start(options);
  put("one");
  BOOST_REQUIRE(eventually(10s, [&] { return handling.load(); }));
  BOOST_REQUIRE(comes_back_after_a_reset(between));
  go_on = true;
  BOOST_TEST(effects_become(1));
  put("two");
  BOOST_TEST(effects_become(2));
  BOOST_TEST(eventually(10s, [&] { return consumer->idle(); }));
  BOOST_TEST(all_is_acknowledged());
  BOOST_TEST(effects() == 2);
}

BOOST_FIXTURE_TEST_CASE(an_effect_outside_the_database_is_not_repeated_for_a_duplicate_nor_for_a_retry,
                        fixture) {
  std::atomic<int> mails{0};
  std::atomic<int> writes{0};
  handlers["thing.happened"].effect = [&](const event&) -> async::task<void> {
    ++mails;
    co_return;
  };
  handlers["thing.happened"].apply = [&](db::session& s, const event& item) {
    apply(s, item);
    if (++writes == 1) throw error(fault::unavailable, "away", "away");
  };
  start();
  put("same");
  put("same");
  put("last");
  BOOST_TEST(effects_become(2));
  BOOST_TEST(mails == 2);
}

BOOST_FIXTURE_TEST_CASE(a_message_whose_handling_never_ended_too_often_is_given_up, fixture) {
  // As if twenty processes had died in it.
  run("INSERT INTO inbox (message_id, type, attempts, seen_at) "
      "VALUES ('deadly', 'thing.happened', 20, UTC_TIMESTAMP(6))");
  auto options = rabbit.options("consumer");
  tcp_gate between(options.host, options.port);
  options.port = between.port();
  std::atomic<int> handled{0};
  handlers["thing.happened"].effect = [&](const event&) -> async::task<void> {
    ++handled;
    throw error(fault::unavailable, "away", "away");
    co_return;
  };
  start(options);
  put("deadly");
  BOOST_REQUIRE(eventually(10s, [&] { return handled > 0; }));
  between.close();  // it comes again, marked as redelivered
  BOOST_TEST(one_goes_to_the_dead_letters());
}

BOOST_FIXTURE_TEST_CASE(redeliveries_in_an_outage_of_any_length_give_nothing_up, fixture) {
  auto options = rabbit.options("consumer");
  tcp_gate between(options.host, options.port);
  options.port = between.port();
  std::atomic<int> attempts{0};
  std::atomic<bool> away{true};
  handlers["thing.happened"].effect = [&](const event&) -> async::task<void> {
    ++attempts;
    if (away) throw error(fault::unavailable, "away", "away");
    co_return;
  };
  start(options);
  put("patient");
  for (int i = 0; i < 4; ++i) {
    const int before = attempts;
    BOOST_REQUIRE(eventually(10s, [&] { return attempts > before + 1; }));
    between.close();
  }
  BOOST_TEST(eventually(10s, [&] { return count("SELECT COALESCE(MAX(attempts), 0) FROM inbox") <= 1; }));
  away = false;
  BOOST_TEST(effects_become(1));
  BOOST_TEST(dead() == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_stopped_consumer_ends_what_it_does_and_takes_nothing_more, fixture) {
  handlers["thing.happened"].effect = [this](const event&) { return held_effect(); };
  start();
  put("one");
  BOOST_REQUIRE(eventually(10s, [&] { return handling.load(); }));
  consumer->stop();
  put("two");
  BOOST_TEST(!consumer->idle());
  go_on = true;
  BOOST_REQUIRE(eventually(10s, [&] { return consumer->idle(); }));
  BOOST_TEST(effects() == 1);
  consumer.reset();
  connection.reset();
  BOOST_TEST(eventually(10s, [&] { return rabbit.take("work").size() == 1; }));
}
