// Sessions when the database commits and its answer is lost: what was committed is given, and nothing else.
#include "common/db/migration.hpp"
#include "common/utc_now.hpp"
#include "customer/migrations.hpp"
#include "customer/password_resets.hpp"
#include "customer/reset_token_store.hpp"
#include "customer/secret_token.hpp"
#include "customer/sessions.hpp"
#include "customer/store.hpp"
#include "tests/db/gate.hpp"
#include "tests/support/database.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace std::chrono_literals;
using test::wait_for;

namespace {

auth::token_rules rules() {
  auth::token_rules known;
  known.keys = {{"1", "a secret of tests, longer than 32 bytes"}};
  return known;
}

db::pool_options through(const test::gate& between, db::pool_options options) {
  options.socket = between.path();
  options.threads = 2;
  return options;
}

struct fixture {
  test::scratch_schema schema;
  test::gate between{schema.options().socket};
  async::event_loop loop{"events"};
  log::logger logger{"customer", "customer-1", log::level::error};
  metrics::registry metrics;
  db::pool pool{through(between, schema.options()), logger, metrics};
  auth::token_issuer issuer{rules()};
  customer::sessions sessions{pool, issuer, std::chrono::days{30}, 100};
  auth::password_hasher hasher;
  customer::password_writer passwords{pool, 16min, [] {}};
  customer::password_resets resets{pool, hasher, passwords, loop, {}, [] {}, logger};
  customer::credentials ada;

  fixture() {
    db::migrate(pool, customer::migrations(), 10s, logger);
    schema.as_root([this](db::session& s) {
      const customer::registration wanted{customer::email_address::parse("ada@example.org"), std::nullopt,
                                          std::nullopt, "a hash", customer::role::user};
      const auto id = customer::store::insert(s, wanted);
      ada = customer::store::find_credentials(s, id).value();
    });
  }
  customer::session open() {
    return wait_for(loop, [this] { return sessions.open(ada, async::deadline::in(5s)); });
  }
  customer::session refresh(const std::string& shown) {
    return wait_for(loop, [&] { return sessions.refresh(shown, async::deadline::in(5s)); });
  }
  // A token of ada's, as a mail would bring it.
  std::string invite() {
    const auto drawn = customer::fresh_secret_token();
    const auto now = utc_now();
    schema.as_root([&](db::session& s) {
      customer::store::add_reset_token(s, {drawn.hash, ada.account.id, now, now + 30min});
    });
    return drawn.text;
  }
  std::string reset(const std::string& token) {
    try {
      wait_for(loop, [&] { return resets.reset(token, "battery staple", {}, async::deadline::in(5s)); });
      return "accepted";
    } catch (const error& failure) {
      return failure.slug();
    }
  }
  // The connection may be the cut one at first; only its coming back is waited for.
  bool is_refused(const std::string& shown) {
    std::string slug;
    static_cast<void>(test::eventually([&] {
      try {
        static_cast<void>(refresh(shown));
        slug = "accepted";
      } catch (const error& failure) {
        slug = failure.slug();
      }
      return slug != "database-unavailable";
    }));
    return slug == "refresh-token-invalid";
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_log_in_and_a_refresh_whose_commit_is_not_answered_are_looked_up, fixture) {
  between.set(test::gate::mode::swallow_commit);
  const auto in = open();
  BOOST_TEST(in.account.id == ada.account.id);
  const auto next = refresh(in.refresh_token);
  between.set(test::gate::mode::open);
  BOOST_TEST(next.refresh_token != in.refresh_token);
  BOOST_TEST(refresh(next.refresh_token).account.id == ada.account.id);
}

BOOST_FIXTURE_TEST_CASE(a_second_use_whose_commit_is_not_answered_is_no_success, fixture) {
  const auto in = open();
  const auto next = refresh(in.refresh_token);
  between.set(test::gate::mode::swallow_commit);
  BOOST_CHECK_THROW(static_cast<void>(refresh(in.refresh_token)), error);
  between.set(test::gate::mode::open);
  BOOST_TEST(is_refused(next.refresh_token));
}

BOOST_FIXTURE_TEST_CASE(a_reset_whose_commit_is_not_answered_is_looked_up, fixture) {
  const auto token = invite();
  between.set(test::gate::mode::swallow_commit);
  BOOST_TEST(reset(token) == "accepted");
  between.set(test::gate::mode::open);
  schema.as_root([this](db::session& s) {
    BOOST_TEST(customer::store::find_credentials(s, ada.account.id)->password_hash != ada.password_hash);
  });
  std::string again;
  BOOST_TEST(test::eventually([&] { return (again = reset(token)) != "database-unavailable"; }));
  BOOST_TEST(again == "reset-token-invalid");
}

BOOST_FIXTURE_TEST_CASE(a_forgotten_password_is_refused_while_the_database_is_away_whoever_it_is_about,
                        fixture) {
  const auto says = [this](std::string_view email) {
    try {
      resets.forgotten(customer::email_address::try_parse(email), {});
      return std::string("accepted");
    } catch (const error& failure) {
      return failure.slug();
    }
  };
  between.set(test::gate::mode::shut);
  for (const auto* email : {"ada@example.org", "nobody@example.org", "nobody"})
    BOOST_TEST(test::eventually([&] { return says(email) == "database-unavailable"; }), email);
  between.set(test::gate::mode::open);
  BOOST_TEST(test::eventually([&] { return says("ada@example.org") == "accepted"; }));
  BOOST_TEST(test::eventually([&] { return resets.idle(); }));
}
