// What was given up and is put back into the queue, as `./mercat dead-letters replay` does, is handled again.
#include "tests/messaging/consumer_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace mercat::test;
using namespace std::chrono_literals;
using messaging::event;
using fixture = with_consumer;

BOOST_FIXTURE_TEST_CASE(a_message_given_up_after_its_last_attempt_is_handled_again_when_replayed, fixture) {
  run("INSERT INTO inbox (message_id, type, attempts, seen_at) "
      "VALUES ('deadly', 'thing.happened', 20, UTC_TIMESTAMP(6))");
  auto options = rabbit.options("consumer");
  tcp_gate between(options.host, options.port);
  options.port = between.port();
  std::atomic<int> handled{0};
  std::atomic<bool> mended{false};
  handlers["thing.happened"].effect = [&](const event&) -> async::task<void> {
    ++handled;
    if (!mended) throw error(fault::unavailable, "away", "away");
    co_return;
  };
  start(options);
  put("deadly");
  BOOST_REQUIRE(eventually(10s, [&] { return handled > 0; }));
  between.close();  // it comes again, marked as redelivered, and is given up
  BOOST_REQUIRE(one_goes_to_the_dead_letters());
  BOOST_TEST(count("SELECT COUNT(*) FROM inbox") == 0);

  // Replayed, it may be redelivered as often as any other.
  const int before = handled;
  put("deadly");
  BOOST_REQUIRE(eventually(10s, [&] { return handled > before; }));
  BOOST_REQUIRE(comes_back_after_a_reset(between));
  mended = true;
  BOOST_TEST(effects_become(1));
  BOOST_TEST(dead() == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_message_refused_by_a_rule_is_handled_again_when_replayed, fixture) {
  std::atomic<bool> refused{true};
  handlers["thing.happened"].apply = [&](db::session& s, const event& item) {
    apply(s, item);
    if (refused) throw error(fault::conflict, "not-now", "not now");
  };
  start();
  put("one");
  BOOST_REQUIRE(one_goes_to_the_dead_letters());
  refused = false;
  put("one");
  BOOST_TEST(effects_become(1));
}

BOOST_FIXTURE_TEST_CASE(a_message_that_had_its_effect_has_no_second_one_when_replayed, fixture) {
  start();
  put("one");
  BOOST_REQUIRE(effects_become(1));
  put("one");
  put("two");
  BOOST_TEST(effects_become(2));
  BOOST_REQUIRE(eventually(10s, [&] { return consumer->idle(); }));
  BOOST_TEST(all_is_acknowledged());
  BOOST_TEST(effects() == 2);
}
