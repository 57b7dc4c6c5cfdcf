#include "common/async/event_loop.hpp"

#include "common/async/deadline.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>
#include <vector>

using namespace mercat::async;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(posted_work_runs_once_each_in_order_of_its_thread) {
  event_loop loop{"test"};
  std::vector<int> seen;
  for (int i = 0; i < 10'000; ++i) loop.post([&seen, i] { seen.push_back(i); });
  loop.run_and_wait([] {});
  BOOST_REQUIRE_EQUAL(seen.size(), 10'000U);
  BOOST_TEST(std::is_sorted(seen.begin(), seen.end()));
}

BOOST_AUTO_TEST_CASE(no_wake_up_is_lost_when_several_threads_post) {
  event_loop loop{"test"};
  std::atomic<int> ran{0};
  std::vector<std::thread> posters;
  for (int t = 0; t < 4; ++t)
    posters.emplace_back([&] {
      for (int i = 0; i < 20'000; ++i) loop.post([&] { ++ran; });
    });
  for (auto& each : posters) each.join();
  loop.run_and_wait([] {});
  BOOST_TEST(ran == 80'000);
}

BOOST_AUTO_TEST_CASE(a_timer_fires_when_its_time_has_come) {
  event_loop loop{"test"};
  std::promise<deadline::clock::time_point> fired;
  const auto due = deadline::clock::now() + 20ms;
  loop.call_at(due, [&] { fired.set_value(deadline::clock::now()); });
  auto waiting = fired.get_future();
  BOOST_REQUIRE(waiting.wait_for(10s) == std::future_status::ready);
  // libev rounds to its own clock's grain: a millisecond early is on time.
  BOOST_TEST((waiting.get() >= due - 1ms));
}

BOOST_AUTO_TEST_CASE(a_repeating_timer_stops_when_it_is_destroyed) {
  event_loop loop{"test"};
  std::atomic<int> calls{0};
  std::promise<void> three;
  {
    const auto timer = loop.every(1ms, [&] {
      if (++calls == 3) three.set_value();
    });
    BOOST_REQUIRE(three.get_future().wait_for(10s) == std::future_status::ready);
  }
  const int then = calls;
  loop.run_and_wait([] {});
  BOOST_TEST(calls == then);
}

BOOST_AUTO_TEST_CASE(an_exception_in_run_and_wait_reaches_the_caller) {
  event_loop loop{"test"};
  BOOST_CHECK_THROW(loop.run_and_wait([] { throw std::runtime_error("x"); }), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(stopping_with_timers_pending_ends_at_once_and_leaks_nothing) {
  event_loop loop{"test"};
  loop.call_at(deadline::clock::now() + 1h, [] {});
  loop.stop();
}

BOOST_AUTO_TEST_CASE(a_deadline_never_has_negative_time_left_and_only_shrinks) {
  const auto past = deadline::in(-1s);
  BOOST_TEST(past.passed());
  BOOST_TEST(past.remaining().count() == 0);
  const auto soon = deadline::in(100ms);
  BOOST_TEST((soon.at_most(1h).at() == soon.at()));
  BOOST_TEST((soon.at_most(1ms).at() < soon.at()));
}
