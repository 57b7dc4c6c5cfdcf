#include "common/lifecycle/watchdog.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>

using mercat::lifecycle::watchdog;
using std::chrono::milliseconds;
using std::chrono::seconds;

BOOST_AUTO_TEST_CASE(a_counter_that_stands_still_is_reported_by_name_once) {
  std::promise<std::string> reported;
  watchdog guard(milliseconds{100}, [&](const std::string& name) { reported.set_value(name); });
  std::atomic<std::uint64_t> moving{0};
  guard.watch("moving", [&] { return ++moving; });
  guard.watch("standing", [] { return std::uint64_t{7}; });
  guard.start();
  auto name = reported.get_future();
  BOOST_REQUIRE((name.wait_for(seconds{20}) == std::future_status::ready));
  BOOST_TEST(name.get() == "standing");
}

BOOST_AUTO_TEST_CASE(a_counter_that_moves_now_and_then_is_left_alone) {
  std::atomic<bool> stuck{false};
  std::promise<void> enough;
  watchdog guard(milliseconds{100}, [&](const std::string&) { stuck = true; });
  std::uint64_t looks = 0;
  guard.watch("slow", [&] {
    if (++looks == 100) enough.set_value();
    return looks / 10;  // moves every tenth look: half the limit
  });
  guard.start();
  BOOST_REQUIRE((enough.get_future().wait_for(seconds{20}) == std::future_status::ready));
  BOOST_TEST(!stuck);
}

BOOST_AUTO_TEST_CASE(no_counter_is_read_after_stop) {
  std::atomic<int> reads{0};
  std::promise<void> first;
  watchdog guard(milliseconds{20}, [](const std::string&) {});
  guard.watch("counted", [&] {
    if (reads++ == 0) first.set_value();
    return static_cast<std::uint64_t>(reads.load());
  });
  guard.start();
  first.get_future().wait();
  guard.stop();
  const int before = reads;
  guard.stop();
  BOOST_TEST(reads == before);
}
