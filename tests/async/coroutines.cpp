#include "common/async/completion.hpp"
#include "common/async/when_all.hpp"
#include "tests/async/on_loop.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

using namespace mercat::async;
using namespace std::chrono_literals;

namespace {

task<int> give(int value) {
  co_return value;
}

task<int> fail() {
  throw std::runtime_error("failed");
  co_return 0;
}

task<int> sum_deeply(int depth) {
  if (depth == 0) co_return 0;
  co_return 1 + co_await sum_deeply(depth - 1);
}

task<int> give_later(event_loop& elsewhere, int value) {
  co_await elsewhere.sleep(1ms);
  co_return value;
}

task<std::thread::id> thread_after(completion<int> gate) {
  co_await gate;
  co_return std::this_thread::get_id();
}

task<std::thread::id> this_thread() {
  co_return std::this_thread::get_id();
}

task<int> await(completion<int> gate) {
  co_return co_await gate;
}

// Notes when it has ended, however it ends.
task<int> fail_later(event_loop& elsewhere, int& ended) {
  co_await elsewhere.sleep(1ms);
  ++ended;
  throw std::runtime_error("failed");
}

task<int> end_last(event_loop& elsewhere, int& ended) {
  co_await elsewhere.sleep(20ms);
  ++ended;
  co_return 1;
}

task<int> total(std::vector<task<int>> parts) {
  int sum = 0;
  for (const int each : co_await when_all(std::move(parts))) sum += each;
  co_return sum;
}

task<std::string> both(event_loop& elsewhere) {
  auto [number, text] =
      co_await when_all(give_later(elsewhere, 7), [](event_loop& loop) -> task<std::string> {
        co_await loop.sleep(0ms);
        co_return "seven";
      }(elsewhere));
  co_return text + std::to_string(number);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_task_gives_its_value_or_its_exception) {
  event_loop loop{"test"};
  BOOST_TEST(result_on(loop, give(3)) == 3);
  BOOST_CHECK_THROW(result_on(loop, fail()), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_task_that_is_never_awaited_never_runs_and_leaks_nothing) {
  auto never = fail();
  static_cast<void>(never);
}

BOOST_AUTO_TEST_CASE(tasks_nest_deeply) {
  event_loop loop{"test"};
  BOOST_TEST(result_on(loop, sum_deeply(1000)) == 1000);
}

BOOST_AUTO_TEST_CASE(a_coroutine_resumes_on_its_home_whoever_completes_it) {
  event_loop loop{"test"};
  const auto home = result_on(loop, this_thread());
  for (int i = 0; i < 1000; ++i) {
    completion<int> gate;
    std::thread other([gate] { gate.succeed(1); });  // before, while or after it is awaited
    BOOST_REQUIRE(result_on(loop, thread_after(gate)) == home);
    other.join();
  }
}

BOOST_AUTO_TEST_CASE(of_two_completions_exactly_one_counts) {
  event_loop loop{"test"};
  for (int i = 0; i < 1000; ++i) {
    completion<int> gate;
    std::atomic<int> winners{0};
    std::atomic<int> winner{0};
    auto complete = [&](int value) {
      if (gate.succeed(value)) {
        ++winners;
        winner = value;
      }
    };
    std::thread first(complete, 1);
    std::thread second(complete, 2);
    const int got = result_on(loop, await(gate));
    first.join();
    second.join();
    BOOST_REQUIRE_EQUAL(winners, 1);
    BOOST_REQUIRE_EQUAL(got, winner);
  }
}

BOOST_AUTO_TEST_CASE(when_all_runs_its_tasks_interleaved) {
  event_loop loop{"test"};
  event_loop elsewhere{"elsewhere"};
  std::vector<task<int>> parts;
  for (int i = 1; i <= 100; ++i) parts.push_back(i % 2 == 0 ? give(i) : give_later(elsewhere, i));
  BOOST_TEST(result_on(loop, total(std::move(parts))) == 5050);
  BOOST_TEST(result_on(loop, both(elsewhere)) == "seven7");
  BOOST_TEST(result_on(loop, total({})) == 0);
}

BOOST_AUTO_TEST_CASE(when_all_ends_after_its_last_task_also_when_the_first_one_fails) {
  event_loop loop{"test"};
  event_loop elsewhere{"elsewhere"};
  int ended = 0;
  std::vector<task<int>> parts;
  parts.push_back(fail_later(elsewhere, ended));
  parts.push_back(end_last(elsewhere, ended));
  BOOST_CHECK_THROW(result_on(loop, total(std::move(parts))), std::runtime_error);
  BOOST_TEST(ended == 2);
}

BOOST_AUTO_TEST_CASE(awaiting_outside_an_executor_is_refused) {
  BOOST_CHECK_THROW(static_cast<void>(executor::current()), std::logic_error);
}
