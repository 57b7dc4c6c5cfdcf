// A changed password: the new one counts, the old one and everything it opened does not.
#include "tests/customer/at_once.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace mercat;
using namespace std::chrono_literals;
using test::at_once;
using test::eventually;
using test::http_answer;
using test::running_customer;
using test::with_status;

namespace {

const std::string old_password = "correct horse";
const std::string new_password = "battery staple";

http_answer change(const running_customer& shop, const std::string& token,
                   const std::string& current = old_password, const std::string& wanted = new_password) {
  return shop.call("PUT", "/password",
                   R"({"currentPassword":")" + current + R"(","newPassword":")" + wanted + R"("})", token);
}

bool accepted(const running_customer& shop, const std::string& token) {
  return shop.call("GET", "/profile", {}, token).status == 200;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_changed_password_ends_every_session_and_the_next_log_in_works_at_once) {
  running_customer shop;
  const auto email = std::string("ada@example.org");
  const auto first = shop.member(email);
  const auto second = shop.log_in(email);
  const auto changed = change(shop, first.text("accessToken"));
  BOOST_TEST(changed.status == 204, changed.body);
  // In the very second of the revocation, most times.
  const auto anew = shop.log_in(email, new_password);
  BOOST_TEST(anew.status == 200);
  BOOST_TEST(shop.log_in(email, old_password).status == 401);

  for (const auto& ended : {first, second}) {
    BOOST_TEST(eventually([&] { return !accepted(shop, ended.text("accessToken")); }));
    BOOST_TEST(shop.refresh(ended.text("refreshToken")).slug() == "refresh-token-invalid");
  }
  BOOST_TEST(accepted(shop, anew.text("accessToken")));
  const auto renewed = shop.refresh(anew.text("refreshToken"));
  BOOST_TEST(renewed.status == 200);
  BOOST_TEST(accepted(shop, renewed.text("accessToken")));
  const auto known = shop.ask("VIEW_REVOCATIONS", "{}");
  BOOST_TEST(known.body.find("\"customerId\":" + std::to_string(first.integer("id"))) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_token_dated_ahead_by_another_replica_is_revoked_too) {
  running_customer shop;
  const auto in = shop.member("ada@example.org");
  shop.schema().as_root([](db::session& s) {
    s.execute("UPDATE refresh_token SET issued_at = issued_at + INTERVAL 5 SECOND");
  });
  BOOST_TEST(change(shop, in.text("accessToken")).status == 204);
  const auto anew = shop.log_in("ada@example.org", new_password);
  BOOST_TEST(eventually([&] { return !accepted(shop, in.text("accessToken")); }));
  BOOST_TEST(accepted(shop, anew.text("accessToken")));
  shop.schema().as_root([](db::session& s) {
    BOOST_TEST(s.query_one("SELECT (SELECT MAX(issued_at) FROM refresh_token WHERE revoked_at IS NOT NULL) = "
                           "(SELECT revoked_before FROM session_revocation)")
                   ->integer(0) == 1);
  });
}

BOOST_AUTO_TEST_CASE(a_wrong_or_unfit_password_changes_nothing) {
  running_customer shop;
  const auto in = shop.member("ada@example.org");
  const auto token = in.text("accessToken");
  const auto wrong = change(shop, token, "not the password");
  BOOST_TEST(wrong.status == 401);
  BOOST_TEST(wrong.slug() == "bad-credentials");
  BOOST_TEST(change(shop, token, old_password, "1234567").status == 400);
  BOOST_TEST(change(shop, token, old_password, std::string(129, 'x')).status == 400);
  BOOST_TEST(shop.call("PUT", "/password", R"({"newPassword":"12345678"})", token).status == 400);
  BOOST_TEST(change(shop, "").status == 401);
  BOOST_TEST(shop.count("session_revocation") == 0);
  BOOST_TEST(shop.refresh(in.text("refreshToken")).status == 200);
  BOOST_TEST(shop.log_in("ada@example.org").status == 200);
}

BOOST_AUTO_TEST_CASE(of_many_changes_at_once_one_succeeds_and_no_log_in_survives_it) {
  running_customer shop({4, 64}, {}, {100}, 100, 30s);
  int changed = 0;
  for (int round = 0; round < 5; ++round) {
    const auto email = "a" + std::to_string(round) + "@example.org";
    const auto in = shop.member(email);
    const auto token = in.text("accessToken");
    const auto answers = at_once(9, [&](int i) {
      if (i % 3 == 0) return change(shop, token, old_password, new_password + std::to_string(i));
      return i % 3 == 1 ? shop.log_in(email) : shop.refresh(in.text("refreshToken"));
    });
    // 504: the route's time was over before its turn came, on a busy machine.
    for (const auto& each : answers)
      BOOST_TEST((each.status == 204 || each.status == 200 || each.status == 401 || each.status == 504),
                 each.body);
    BOOST_TEST(with_status(answers, 204) <= 1);
    if (with_status(answers, 204) == 0) continue;
    ++changed;
    BOOST_TEST(shop.count("refresh_token WHERE spent_at IS NULL AND revoked_at IS NULL AND customer_id = " +
                          std::to_string(in.integer("id"))) == 0);
  }
  BOOST_TEST(changed > 0);
}
