// Migrations: applied once, in order, also when several replicas start together; the user has no global
// right.
#include "common/db/migration.hpp"
#include "tests/db/fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <future>
#include <stdexcept>

using namespace mercat;
using namespace mercat::test;

namespace {

constexpr db::migration first{"001-first",
                              "CREATE TABLE IF NOT EXISTS thing (id INT PRIMARY KEY, words VARCHAR(20));\n"
                              "INSERT INTO thing VALUES (1, 'a;b');\n"};
constexpr db::migration second{"002-second", "INSERT INTO thing VALUES (2, 'second');\n"};

void migrate(with_database& in, std::initializer_list<db::migration> all) {
  db::migrate(*in.database, std::span(all.begin(), all.size()), 20s, in.logger);
}

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::runtime_error& failure) {
    return failure.what();
  }
  return {};
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(each_migration_is_applied_once_in_order, with_database) {
  migrate(*this, {first});
  migrate(*this, {first, second});
  migrate(*this, {first, second});
  BOOST_TEST(count("SELECT COUNT(*) FROM thing") == 2);
  BOOST_TEST(count("SELECT COUNT(*) FROM schema_migration") == 2);
}

BOOST_FIXTURE_TEST_CASE(replicas_that_start_together_migrate_once, with_database) {
  std::vector<std::future<void>> starts;
  for (int i = 0; i < 6; ++i) {
    starts.push_back(std::async(std::launch::async, [this] {
      db::pool own{schema.options(), logger, metrics};
      const db::migration all[] = {first, second};
      db::migrate(own, all, 20s, logger);
    }));
  }
  for (auto& each : starts) BOOST_CHECK_NO_THROW(each.get());
  BOOST_TEST(count("SELECT COUNT(*) FROM thing") == 2);
}

BOOST_FIXTURE_TEST_CASE(a_migration_changed_after_it_was_applied_stops_the_start, with_database) {
  migrate(*this, {first});
  const db::migration changed{first.name, "SELECT 1;\n"};
  const auto message = message_of([&] { migrate(*this, {changed}); });
  BOOST_TEST(message.find("001-first") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_failing_migration_is_named_and_not_remembered, with_database) {
  const auto message = message_of([&] {
    migrate(*this, {first, {"002-broken", "CREATE NONSENSE;\n"}, second});
  });
  BOOST_TEST(message.find("002-broken") != std::string::npos);
  BOOST_TEST(count("SELECT COUNT(*) FROM schema_migration") == 1);
  migrate(*this, {first, second});
  BOOST_TEST(count("SELECT COUNT(*) FROM thing") == 2);
}

BOOST_FIXTURE_TEST_CASE(a_database_that_does_not_come_ends_the_start_with_a_reason, with_database) {
  db::pool_options nowhere = schema.options();
  nowhere.socket = "/nonexistent/mercat.sock";
  db::pool absent{nowhere, logger, metrics};
  const db::migration all[] = {first};
  const auto message = message_of([&] { db::migrate(absent, all, 1s, logger); });
  BOOST_TEST(message.find("cannot be reached") != std::string::npos);
}
