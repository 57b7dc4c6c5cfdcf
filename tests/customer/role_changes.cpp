// Staff is made and unmade by a command alone, and what tokens say about it never outlives the change.
#include "customer/role_command.hpp"
#include "tests/customer/running_customer.hpp"
#include "tests/support/eventually.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace mercat;
using customer::role;
using test::eventually;
using test::http_answer;
using test::running_customer;

namespace {

const std::string ada = "ada@example.org";

// As `customer grant-role` does it, in a transaction on a connection of its own.
customer::role_outcome give(running_customer& shop, role wanted, const std::string& email = ada) {
  log::logger quiet{"customer", "customer-1", log::level::error};
  metrics::registry unread;
  async::event_loop loop{"role"};
  db::pool database{shop.schema().options(), quiet, unread};
  const customer::role_change change{customer::email_address::parse(email), wanted};
  return async::wait_for(loop, [&] {
    return database.transaction(async::deadline::in(std::chrono::seconds{10}), [&change](db::session& s) {
      return customer::change_role(s, change, std::chrono::minutes{16});
    });
  });
}

bool accepted(const running_customer& shop, const std::string& token) {
  return shop.call("GET", "/profile", {}, token).status == 200;
}

// Only staff may look another customer up.
long looking_up(const running_customer& shop, std::int64_t another, const std::string& token) {
  return shop.call("GET", "/customers/" + std::to_string(another), {}, token).status;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_granted_role_ends_access_tokens_and_the_next_refresh_has_it) {
  running_customer shop;
  const auto before = shop.member(ada);
  const auto another = shop.sign_up("bob@example.org").integer("id");
  BOOST_TEST(looking_up(shop, another, before.text("accessToken")) == 404);

  const auto outcome = give(shop, role::admin);
  BOOST_TEST(outcome.changed());
  BOOST_TEST((outcome.before == role::user && outcome.who.role == role::admin));
  BOOST_TEST(outcome.who.id == before.integer("id"));
  BOOST_TEST(eventually([&] { return !accepted(shop, before.text("accessToken")); }));
  const auto renewed = shop.refresh(before.text("refreshToken"));
  BOOST_TEST(renewed.status == 200, renewed.body);
  BOOST_TEST(renewed.text("role") == "admin");
  BOOST_TEST(looking_up(shop, another, renewed.text("accessToken")) == 200);
}

BOOST_AUTO_TEST_CASE(a_role_taken_away_ends_every_session) {
  running_customer shop;
  const auto another = shop.sign_up("bob@example.org").integer("id");
  static_cast<void>(shop.member(ada));
  static_cast<void>(give(shop, role::admin));
  const auto staff = shop.log_in(ada);
  BOOST_TEST(looking_up(shop, another, staff.text("accessToken")) == 200);

  BOOST_TEST(give(shop, role::user).changed());
  BOOST_TEST(eventually([&] { return !accepted(shop, staff.text("accessToken")); }));
  BOOST_TEST(shop.refresh(staff.text("refreshToken")).slug() == "refresh-token-invalid");
  const auto anew = shop.log_in(ada);
  BOOST_TEST(anew.text("role") == "user");
  BOOST_TEST(accepted(shop, anew.text("accessToken")));
  BOOST_TEST(looking_up(shop, another, anew.text("accessToken")) == 404);
}

BOOST_AUTO_TEST_CASE(who_grants_a_role_is_told_how_old_the_account_is_and_that_its_address_is_unverified) {
  running_customer shop;
  static_cast<void>(shop.member(ada));
  shop.schema().as_root(
      [](db::session& s) { s.execute("UPDATE customer SET created_at = '2026-01-31 23:59:58.007000'"); });
  const auto granted = told(give(shop, role::admin));
  BOOST_TEST(granted.find("2026-01-31T23:59:58.007") != std::string::npos, granted);
  BOOST_TEST(granted.find("verified") != std::string::npos, granted);
  BOOST_TEST(told(give(shop, role::user)).find("verified") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_role_that_is_there_already_is_left_alone_with_all_sessions) {
  running_customer shop;
  const auto in = shop.member(ada);
  BOOST_TEST(!give(shop, role::user).changed());
  BOOST_TEST(shop.count("session_revocation") == 0);
  BOOST_TEST(accepted(shop, in.text("accessToken")));
  BOOST_TEST(shop.refresh(in.text("refreshToken")).status == 200);
}

BOOST_AUTO_TEST_CASE(an_address_that_nobody_has_is_refused_in_words) {
  running_customer shop;
  const auto gone = shop.member("gone@example.org");
  BOOST_TEST(shop.call("DELETE", "/profile", {}, gone.text("accessToken")).status == 204);
  for (const auto* email : {"nobody@example.org", "gone@example.org"}) {
    BOOST_CHECK_EXCEPTION(give(shop, role::admin, email), error, [&](const error& refused) {
      return refused.slug() == "customer-not-found" &&
             std::string(refused.what()).find(email) != std::string::npos;
    });
  }
}

BOOST_AUTO_TEST_CASE(case_of_the_address_does_not_matter) {
  running_customer shop;
  static_cast<void>(shop.member(ada));
  BOOST_TEST(give(shop, role::admin, "Ada@Example.ORG").changed());
}

BOOST_AUTO_TEST_CASE(nobody_makes_himself_staff_over_http) {
  running_customer shop;
  const auto made = shop.call("POST", "/signup",
                              R"({"email":"eve@example.org","password":"correct horse","role":"admin"})");
  BOOST_TEST(made.status == 201);
  BOOST_TEST(made.text("role") == "user");
  const auto token = made.text("accessToken");
  const auto changed = shop.call("PATCH", "/profile", R"({"name":"Eve","role":"admin"})", token);
  BOOST_TEST(changed.text("role") == "user");
  BOOST_TEST(shop.log_in("eve@example.org").text("role") == "user");
}
