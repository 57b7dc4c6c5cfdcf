// Time and room are bounded: a slow statement, a full queue, work nobody waits for any more.
#include "common/async/when_all.hpp"
#include "common/db/error.hpp"
#include "tests/db/fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>

using namespace mercat;
using namespace mercat::test;

namespace {

// Starts a read without waiting for it.
struct started {
  std::atomic<bool> ended{false};
  std::chrono::milliseconds took{};
  std::exception_ptr failure;
};

template <class Work>
std::shared_ptr<started> start(with_database& in, std::chrono::milliseconds limit, Work work) {
  auto outcome = std::make_shared<started>();
  const auto begun = std::chrono::steady_clock::now();
  in.loop.post([&in, limit, work, outcome, begun] {
    async::spawn(in.database->read(async::deadline::in(limit), work),
                 [outcome, begun](std::exception_ptr failure) {
                   outcome->failure = failure;
                   outcome->took = since(begun);
                   outcome->ended = true;
                 });
  });
  return outcome;
}

void sleep_in_database(db::session& s, const char* seconds) {
  s.query("SELECT SLEEP(?)", seconds);
}

template <class Error>
bool failed_with(const started& one) {
  try {
    if (one.failure) std::rethrow_exception(one.failure);
  } catch (const Error&) {
    return true;
  } catch (...) {
  }
  return false;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_statement_ends_with_the_deadline_to_the_millisecond_not_the_second) {
  with_database in({.threads = 1, .time_limit = 20s});
  in.read([](db::session& s) { s.query("SELECT 1"); });
  auto quickest = 5000ms;  // of three: the machine may be slow once
  for (int i = 0; i < 3; ++i) {
    const auto begun = std::chrono::steady_clock::now();
    BOOST_CHECK_THROW(in.read([](db::session& s) { sleep_in_database(s, "5"); }, 150ms), db::too_slow);
    quickest = std::min(quickest, since(begun));
  }
  BOOST_TEST(quickest.count() < 900);
  // A longer deadline has its whole time again, on the same connection.
  in.read([](db::session& s) { sleep_in_database(s, "0.4"); }, 20s);
}

BOOST_AUTO_TEST_CASE(no_unit_takes_longer_than_the_pools_limit) {
  with_database in({.threads = 1, .time_limit = 300ms});
  const auto begun = std::chrono::steady_clock::now();
  BOOST_CHECK_THROW(in.read([](db::session& s) { sleep_in_database(s, "5"); }, 10s), db::too_slow);
  BOOST_TEST(since(begun).count() < 3000);
}

BOOST_AUTO_TEST_CASE(work_still_queued_at_its_deadline_is_dropped_then_and_never_runs) {
  with_database in({.threads = 1, .time_limit = 20s});
  in.read([](db::session& s) { s.query("SELECT 1"); });
  const auto busy = start(in, 20s, [](db::session& s) { sleep_in_database(s, "3"); });
  BOOST_REQUIRE(eventually(10s, [&] { return in.database->running() == 1; }));
  auto ran = std::make_shared<std::atomic<bool>>(false);
  const auto late = start(in, 200ms, [ran](db::session&) { *ran = true; });
  const auto patient = start(in, 20s, [](db::session& s) { s.query("SELECT 1"); });
  BOOST_REQUIRE(eventually(10s, [&] { return late->ended.load(); }));
  BOOST_TEST(!busy->ended);
  BOOST_TEST(failed_with<db::too_slow>(*late));
  BOOST_TEST(late->took.count() >= 195);
  BOOST_TEST(late->took.count() < 2000);
  BOOST_REQUIRE(eventually(10s, [&] { return busy->ended && patient->ended; }));
  BOOST_TEST(!patient->failure);
  BOOST_TEST(!*ran);
}

BOOST_AUTO_TEST_CASE(a_full_queue_answers_at_once) {
  with_database in({.threads = 1, .max_queued = 2, .time_limit = 20s});
  in.read([](db::session& s) { s.query("SELECT 1"); });
  const auto busy = start(in, 20s, [](db::session& s) { sleep_in_database(s, "3"); });
  BOOST_REQUIRE(eventually(10s, [&] { return in.database->running() == 1; }));
  const auto first = start(in, 20s, [](db::session& s) { s.query("SELECT 1"); });
  const auto second = start(in, 20s, [](db::session& s) { s.query("SELECT 1"); });
  BOOST_REQUIRE(eventually(10s, [&] { return in.database->queued() == 2; }));
  BOOST_CHECK_EXCEPTION(in.read([](db::session&) {}), error, [](const error& e) {
    return e.kind() == fault::unavailable && e.slug() == "database-overloaded";
  });
  BOOST_TEST(!busy->ended);
  BOOST_REQUIRE(eventually(10s, [&] { return busy->ended && first->ended && second->ended; }));
  BOOST_TEST((!busy->failure && !first->failure && !second->failure));
}

BOOST_AUTO_TEST_CASE(a_pool_that_goes_fails_what_is_queued_and_waits_for_what_runs) {
  with_database in({.threads = 1, .time_limit = 20s});
  in.read([](db::session& s) { s.query("SELECT 1"); });
  const auto busy = start(in, 20s, [](db::session& s) { sleep_in_database(s, "3"); });
  BOOST_REQUIRE(eventually(10s, [&] { return in.database->running() == 1; }));
  const auto queued = start(in, 20s, [](db::session& s) { s.query("SELECT 1"); });
  BOOST_REQUIRE(eventually(10s, [&] { return in.database->queued() == 1; }));
  in.database.reset();
  BOOST_REQUIRE(eventually(10s, [&] { return busy->ended && queued->ended; }));
  BOOST_TEST(!busy->failure);
  BOOST_TEST(failed_with<db::lost_connection>(*queued));
}

BOOST_AUTO_TEST_CASE(many_units_at_once_all_end_and_none_is_lost) {
  with_database in({.threads = 4, .max_queued = 4096, .time_limit = 30s});
  in.run("CREATE TABLE counter (id INT PRIMARY KEY, value INT NOT NULL)");
  in.run("INSERT INTO counter VALUES (0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0), (7, 0)");
  constexpr int rounds = 20;
  constexpr int at_once = 64;
  for (int round = 0; round < rounds; ++round) {
    wait_for(in.loop, [&] {
      return [](db::pool& database) -> async::task<void> {
        std::vector<async::task<std::uint64_t>> all;
        for (int i = 0; i < at_once; ++i) {
          all.push_back(database.transaction(async::deadline::in(30s), [i](db::session& s) {
            return s.execute("UPDATE counter SET value = value + 1 WHERE id = ?", i % 8);
          }));
        }
        co_await async::when_all(std::move(all));
      }(*in.database);
    });
  }
  BOOST_TEST(in.count("SELECT SUM(value) FROM counter") == rounds * at_once);
  BOOST_TEST(in.database->queued() == 0U);
  BOOST_TEST(in.database->running() == 0U);
}
