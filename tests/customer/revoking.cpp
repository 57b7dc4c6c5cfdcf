// Revocations that are made while old ones are forgotten.
#include "common/db/migration.hpp"
#include "common/utc_now.hpp"
#include "customer/migrations.hpp"
#include "customer/revocation_store.hpp"
#include "tests/support/database.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace std::chrono_literals;
using async::started_on;
using customer::store::add_revocation;
using customer::store::forget_revocations;

namespace {

struct fixture {
  test::scratch_schema schema;
  async::event_loop loop{"events"};
  log::logger logger{"customer", "customer-1", log::level::error};
  metrics::registry metrics;
  db::pool pool{schema.options(20s), logger, metrics};  // for the wait that the test brings about

  fixture() { db::migrate(pool, customer::migrations(), 10s, logger); }

  std::future<void> transaction(std::function<void(db::session&)> work) {
    return started_on(loop, [this, work] {
      return pool.transaction(async::deadline::in(20s), [work](db::session& s) { work(s); });
    });
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_revocation_renewed_while_old_ones_are_forgotten_stays, fixture) {
  const auto now = utc_now();
  schema.as_root([&](db::session& s) { add_revocation(s, {1, now - 1h}); });

  std::future<void> forgetting;
  schema.as_root([&](db::session& s) {
    s.execute("START TRANSACTION");
    add_revocation(s, {1, now});
    forgetting = transaction([&](db::session& other) {
      other.execute("SET innodb_lock_wait_timeout = 10");  // not over before this one has looked
      forget_revocations(other, now - 30min);
    });
    BOOST_TEST(test::eventually([&] { return test::another_is_at(s, "DELETE FROM session_revocation%"); }));
    s.execute("COMMIT");
  });
  forgetting.get();

  schema.as_root([&](db::session& s) { BOOST_TEST((customer::store::revoked_before(s, 1) == now)); });
}
