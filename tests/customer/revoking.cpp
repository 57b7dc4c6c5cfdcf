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
  db::pool pool{schema.options(), logger, metrics};

  fixture() { db::migrate(pool, customer::migrations(), 10s, logger); }

  std::future<void> transaction(std::function<void(db::session&)> work) {
    return started_on(loop, [this, work] {
      return pool.transaction(async::deadline::in(20s), [work](db::session& s) { work(s); });
    });
  }
  bool somebody_waits_for_a_lock() {
    bool waits = false;
    schema.as_root([&](db::session& s) {
      waits = s.query_one(
                   "SELECT 1 FROM information_schema.innodb_trx JOIN information_schema.processlist "
                   "ON id = trx_mysql_thread_id WHERE db = DATABASE() AND trx_state = 'LOCK WAIT'")
                  .has_value();
    });
    return waits;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_revocation_renewed_while_old_ones_are_forgotten_stays, fixture) {
  const auto now = utc_now();
  schema.as_root([&](db::session& s) { add_revocation(s, {1, now - 1h}); });

  std::promise<void> written;
  std::promise<void> forgetting_waits;
  auto renewal = transaction([&](db::session& s) {
    add_revocation(s, {1, now});
    written.set_value();
    forgetting_waits.get_future().wait_for(10s);
  });
  written.get_future().wait();
  auto forgetting = transaction([&](db::session& s) { forget_revocations(s, now - 30min); });
  BOOST_TEST(test::eventually([&] { return somebody_waits_for_a_lock(); }));
  forgetting_waits.set_value();
  renewal.get();
  forgetting.get();

  schema.as_root([&](db::session& s) { BOOST_TEST((customer::store::revoked_before(s, 1) == now)); });
}
