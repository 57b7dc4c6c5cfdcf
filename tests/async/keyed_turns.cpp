#include "common/async/keyed_turns.hpp"

#include "common/async/completion.hpp"
#include "common/async/when_all.hpp"
#include "common/error.hpp"
#include "tests/async/on_loop.hpp"
#include "tests/support/eventually.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

using namespace mercat;
using namespace mercat::async;
using namespace std::chrono_literals;

namespace {

deadline in_a_minute() {
  return deadline::in(1min);
}

// Has its turn until the gate opens.
task<int> hold(keyed_turns& turns, std::string key, completion<bool> gate, std::vector<int>& order,
               int number) {
  const auto turn = co_await turns.take(std::move(key), in_a_minute());
  order.push_back(number);
  co_await gate;
  co_return number;
}

task<int> note(keyed_turns& turns, std::string key, std::vector<int>& order, int number) {
  const auto turn = co_await turns.take(std::move(key), in_a_minute());
  order.push_back(number);
  co_return number;
}

task<int> try_for(keyed_turns& turns, std::string key, std::chrono::milliseconds time) {
  const auto turn = co_await turns.take(std::move(key), deadline::in(time));
  co_return 1;
}

task<int> fail_in_turn(keyed_turns& turns, std::string key, completion<bool> gate) {
  const auto turn = co_await turns.take(std::move(key), in_a_minute());
  co_await gate;
  throw std::runtime_error("failed");
}

task<int> alone(keyed_turns& turns, event_loop& elsewhere, std::atomic<int>& inside, std::atomic<int>& most) {
  const auto turn = co_await turns.take("key", in_a_minute());
  most = std::max(most.load(), ++inside);
  co_await elsewhere.sleep(100us);
  --inside;
  co_return 1;
}

struct fixture {
  event_loop timers{"timers"};
  event_loop loop{"test"};
  keyed_turns turns{timers};
  completion<bool> gate;
  std::vector<int> order;  // loop thread only

  // Starts it on the loop and goes on.
  std::future<int> start(task<int> work) {
    auto done = std::make_shared<std::promise<int>>();
    auto result = done->get_future();
    loop.run_and_wait([&] {
      spawn(std::move(work), [done](std::exception_ptr failure, std::optional<int> value) {
        if (failure) {
          done->set_exception(failure);
        } else {
          done->set_value(*value);
        }
      });
    });
    return result;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(those_who_want_one_key_go_in_the_order_in_which_they_asked, fixture) {
  std::vector<std::future<int>> all;
  all.push_back(start(hold(turns, "a", gate, order, 0)));
  for (int i = 1; i <= 5; ++i) all.push_back(start(note(turns, "a", order, i)));
  BOOST_TEST(turns.waiting("a") == 5U);
  gate.succeed(true);
  for (auto& each : all) each.get();
  BOOST_TEST(order == (std::vector<int>{0, 1, 2, 3, 4, 5}), boost::test_tools::per_element());
  BOOST_TEST(test::eventually(10s, [&] { return turns.keys() == 0; }));
}

BOOST_FIXTURE_TEST_CASE(another_key_does_not_wait, fixture) {
  auto first = start(hold(turns, "a", gate, order, 0));
  BOOST_TEST(start(note(turns, "b", order, 1)).get() == 1);
  BOOST_TEST(turns.keys() == 1U);
  gate.succeed(true);
  BOOST_TEST(first.get() == 0);
}

BOOST_FIXTURE_TEST_CASE(who_waits_too_long_gives_up_and_the_next_one_gets_the_turn, fixture) {
  auto first = start(hold(turns, "a", gate, order, 0));
  auto impatient = start(try_for(turns, "a", 20ms));
  auto patient = start(note(turns, "a", order, 2));
  BOOST_CHECK_EXCEPTION(impatient.get(), error, [](const error& failure) {
    return failure.kind() == fault::too_slow && failure.slug() == "turn-too-late";
  });
  gate.succeed(true);
  BOOST_TEST(first.get() == 0);
  BOOST_TEST(patient.get() == 2);
  BOOST_TEST(test::eventually(10s, [&] { return turns.keys() == 0; }));
}

BOOST_FIXTURE_TEST_CASE(a_free_key_is_given_at_once_also_after_the_deadline, fixture) {
  BOOST_TEST(start(try_for(turns, "a", -1ms)).get() == 1);
}

BOOST_FIXTURE_TEST_CASE(a_failure_ends_the_turn, fixture) {
  auto failing = start(fail_in_turn(turns, "a", gate));
  auto next = start(note(turns, "a", order, 1));
  gate.succeed(true);
  BOOST_CHECK_THROW(failing.get(), std::runtime_error);
  BOOST_TEST(next.get() == 1);
}

BOOST_FIXTURE_TEST_CASE(only_one_has_the_turn_whatever_threads_ask, fixture) {
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  std::vector<std::unique_ptr<event_loop>> homes;
  for (int i = 0; i < 4; ++i) homes.push_back(std::make_unique<event_loop>("home"));
  std::atomic<int> ended{0};
  for (int i = 0; i < 400; ++i) {
    auto& home = *homes[static_cast<std::size_t>(i) % homes.size()];
    home.post([&] {
      spawn(alone(turns, timers, inside, most), [&](std::exception_ptr, std::optional<int>) { ++ended; });
    });
  }
  BOOST_TEST(test::eventually(60s, [&] { return ended == 400; }));
  BOOST_TEST(most == 1);
  BOOST_TEST(test::eventually(10s, [&] { return turns.keys() == 0; }));
}
