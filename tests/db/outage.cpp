// The database goes away and comes back: answers meanwhile, no restart afterwards.
#include "common/db/error.hpp"
#include "tests/db/fixture.hpp"
#include "tests/db/gate.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace mercat;
using namespace mercat::test;

namespace {

struct fixture : with_database {
  gate between{schema.options().socket};

  fixture() {
    open({.socket = between.path()});
    for (int i = 0; i < 20; ++i) BOOST_TEST(one() == 1);
  }
  std::int64_t one() {
    return read([](db::session& s) { return s.query("SELECT 1").front().integer(0); });
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(connections_cut_while_idle_heal_without_an_error, fixture) {
  for (int round = 0; round < 3; ++round) {
    between.cut();
    for (int i = 0; i < 20; ++i) {
      BOOST_TEST(one() == 1);
      BOOST_TEST(transaction([](db::session& s) { return s.query("SELECT 1").front().integer(0); }) == 1);
    }
  }
}

BOOST_FIXTURE_TEST_CASE(an_absent_database_is_answered_at_once_and_used_again_within_two_seconds, fixture) {
  const auto gone = [&] {
    try {
      one();
    } catch (const db::lost_connection&) {
      return !database->reachable();
    }
    return false;
  };
  auto quickest = 10'000ms;  // of three: the machine may be slow once
  for (int round = 0; round < 3; ++round) {
    between.set(gate::mode::shut);
    BOOST_REQUIRE(eventually(10s, gone));
    // Waiting for the next try to connect, one in four would be as quick.
    int at_once = 0;
    for (int i = 0; i < 100; ++i) {
      const auto begun = std::chrono::steady_clock::now();
      BOOST_CHECK_THROW(one(), db::lost_connection);
      at_once += since(begun) < 20ms ? 1 : 0;
    }
    BOOST_TEST(at_once > 50);
    BOOST_TEST(database->queued() == 0U);
    between.set(gate::mode::open);
    const auto begun = std::chrono::steady_clock::now();
    // Without being asked: nobody has to fail first.
    BOOST_REQUIRE(eventually(10s, [&] { return database->reachable(); }));
    quickest = std::min(quickest, since(begun));
    for (int i = 0; i < 20; ++i) BOOST_TEST(one() == 1);
  }
  BOOST_TEST(quickest.count() < 2000);
}

BOOST_FIXTURE_TEST_CASE(a_hung_database_is_answered_in_time_and_used_again_within_two_seconds, fixture) {
  between.set(gate::mode::hung);
  for (int i = 0; i < 8; ++i) {
    const auto begun = std::chrono::steady_clock::now();
    BOOST_CHECK_THROW(one(), error);
    BOOST_TEST(since(begun).count() < 3500);  // tried a second time, it would be 4000
  }
  between.cut();
  between.set(gate::mode::open);
  const auto begun = std::chrono::steady_clock::now();
  const auto works = [&] {
    try {
      return one() == 1;
    } catch (const error&) {
      return false;
    }
  };
  BOOST_REQUIRE(eventually(10s, works));
  BOOST_TEST(since(begun).count() < 2500);
}

BOOST_AUTO_TEST_CASE(a_pool_made_while_the_database_is_away_works_when_it_comes) {
  with_database in;
  gate between(in.schema.options().socket);
  between.set(gate::mode::shut);
  in.open({.socket = between.path()});
  BOOST_CHECK_THROW(in.read([](db::session&) {}), db::lost_connection);
  between.set(gate::mode::open);
  BOOST_TEST(eventually(10s, [&] { return in.database->reachable(); }));
  in.read([](db::session& s) { s.query("SELECT 1"); });
}
