// Refresh tokens: good for one use, ended by log-out and by theft, and nowhere in the database.
#include "tests/customer/at_once.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

using namespace mercat;
using test::at_once;
using test::http_answer;
using test::running_customer;
using test::with_status;

namespace {

void is_refused(const http_answer& answer) {
  BOOST_TEST(answer.status == 401, answer.body);
  BOOST_TEST(answer.slug() == "refresh-token-invalid");
  BOOST_TEST(answer.headers.contains("www-authenticate"));
}

std::string refresh_of(const http_answer& session) {
  return session.text("refreshToken");
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_refresh_token_gives_a_new_pair_in_the_shape_of_a_log_in) {
  running_customer shop;
  const auto made = shop.sign_up("ada@example.org");
  const auto in = shop.log_in("ada@example.org");
  const auto next = shop.refresh(refresh_of(in));
  BOOST_TEST(next.status == 200);
  BOOST_TEST(next.integer("id") == made.integer("id"));
  BOOST_TEST(next.text("email") == "ada@example.org");
  BOOST_TEST(next.text("role") == "user");
  BOOST_TEST(next.text("tokenType") == "Bearer");
  BOOST_TEST(next.integer("expiresIn") == 900);
  BOOST_TEST(shop.call("GET", "/profile", {}, next.text("accessToken")).status == 200);
  const std::set<std::string> all{refresh_of(made), refresh_of(in), refresh_of(next)};
  BOOST_TEST(all.size() == 3U);
  for (const auto& each : all) BOOST_TEST(each.size() == 43U);
  BOOST_TEST(shop.refresh(refresh_of(next)).status == 200);
}

BOOST_AUTO_TEST_CASE(a_spent_token_is_refused_and_ends_its_family_only) {
  running_customer shop;
  const auto first = shop.member("ada@example.org");
  const auto other_device = shop.log_in("ada@example.org");
  const auto second = shop.refresh(refresh_of(first));
  const auto third = shop.refresh(refresh_of(second));
  BOOST_TEST(third.status == 200);
  is_refused(shop.refresh(refresh_of(first)));
  is_refused(shop.refresh(refresh_of(third)));
  is_refused(shop.refresh(refresh_of(second)));
  BOOST_TEST(shop.refresh(refresh_of(other_device)).status == 200);
}

BOOST_AUTO_TEST_CASE(of_two_uses_at_once_one_succeeds_and_the_other_ends_the_family) {
  running_customer shop;
  for (int round = 0; round < 10; ++round) {
    const auto in = shop.member("a" + std::to_string(round) + "@example.org");
    const auto answers = at_once(2, [&](int) { return shop.refresh(refresh_of(in)); });
    BOOST_TEST(with_status(answers, 200) == 1);
    BOOST_TEST(with_status(answers, 401) == 1);
    for (const auto& each : answers)
      if (each.status == 200) is_refused(shop.refresh(refresh_of(each)));
  }
}

BOOST_AUTO_TEST_CASE(log_out_ends_the_family_and_can_be_repeated) {
  running_customer shop;
  const auto in = shop.member("ada@example.org");
  const auto other_device = shop.log_in("ada@example.org");
  const auto next = shop.refresh(refresh_of(in));
  BOOST_TEST(shop.log_out(refresh_of(next)).status == 204);
  BOOST_TEST(shop.log_out(refresh_of(next)).status == 204);
  is_refused(shop.refresh(refresh_of(next)));
  BOOST_TEST(shop.refresh(refresh_of(other_device)).status == 200);
  // docs/adr/0013: the access token is not ended.
  BOOST_TEST(shop.call("GET", "/profile", {}, next.text("accessToken")).status == 200);
}

BOOST_AUTO_TEST_CASE(log_out_with_a_spent_token_ends_the_family_too) {
  running_customer shop;
  const auto in = shop.member("ada@example.org");
  const auto next = shop.refresh(refresh_of(in));
  BOOST_TEST(shop.log_out(refresh_of(in)).status == 204);
  is_refused(shop.refresh(refresh_of(next)));
}

BOOST_AUTO_TEST_CASE(what_is_no_refresh_token_is_refused_alike_and_logs_out_nobody) {
  running_customer shop;
  const auto in = shop.member("ada@example.org");
  const std::string stranger(43, 'A');
  auto altered = refresh_of(in);
  altered[0] = altered[0] == 'A' ? 'B' : 'A';
  for (const auto& shown : {std::string{}, std::string("x"), stranger, altered, refresh_of(in) + "=",
                            " " + refresh_of(in), std::string(5000, 'A'), in.text("accessToken")}) {
    is_refused(shop.refresh(shown));
    BOOST_TEST(shop.log_out(shown).status == 204);
  }
  for (const auto* path : {"/token/refresh", "/logout"})
    for (const auto* body : {"{}", R"({"refreshToken":null})", R"({"refreshToken":["x"]})"})
      BOOST_TEST(shop.call("POST", path, body).status == 400);
  const auto as_access = shop.call("GET", "/profile", {}, refresh_of(in));
  BOOST_TEST(as_access.status == 401);
  BOOST_TEST(as_access.slug() == "token-invalid");
  BOOST_TEST(shop.refresh(refresh_of(in)).status == 200);
}

BOOST_AUTO_TEST_CASE(an_expired_token_is_refused_and_goes_when_others_are_written) {
  running_customer shop;
  const auto in = shop.member("ada@example.org");
  shop.schema().as_root([](db::session& s) {
    BOOST_TEST(s.query_one("SELECT COUNT(*) FROM refresh_token WHERE "
                           "TIMESTAMPDIFF(HOUR, UTC_TIMESTAMP(6), expires_at) BETWEEN 719 AND 720")
                   ->integer(0) == 2);
    s.execute("UPDATE refresh_token SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND");
  });
  is_refused(shop.refresh(refresh_of(in)));
  BOOST_TEST(shop.count("refresh_token") == 2);
  BOOST_TEST(shop.log_in("ada@example.org").status == 200);
  BOOST_TEST(shop.count("refresh_token") == 1);
}

BOOST_AUTO_TEST_CASE(many_expired_tokens_hinder_no_log_in) {
  running_customer shop;
  static_cast<void>(shop.member("ada@example.org"));
  shop.schema().as_root([](db::session& s) {
    for (int i = 0; i < 100; ++i)
      s.execute(
          "INSERT INTO refresh_token (token_hash, family, customer_id, issued_at, expires_at) "
          "SELECT SHA2(?, 256), 'x', id, created_at, UTC_TIMESTAMP(6) - INTERVAL 1 HOUR FROM customer",
          i);
  });
  const auto answers = at_once(10, [&](int) { return shop.log_in("ada@example.org"); });
  BOOST_TEST(with_status(answers, 200) == 10);
  BOOST_TEST(shop.count("refresh_token WHERE expires_at < UTC_TIMESTAMP(6)") == 0);
}

BOOST_AUTO_TEST_CASE(the_end_of_the_account_removes_its_tokens_and_no_others) {
  running_customer shop;
  const auto ada = shop.member("ada@example.org");
  const auto eve = shop.sign_up("eve@example.org");
  BOOST_TEST(shop.call("DELETE", "/profile", {}, ada.text("accessToken")).status == 204);
  BOOST_TEST(shop.count("refresh_token") == 1);
  is_refused(shop.refresh(refresh_of(ada)));
  BOOST_TEST(shop.log_out(refresh_of(ada)).status == 204);
  BOOST_TEST(shop.refresh(refresh_of(eve)).status == 200);
}

BOOST_AUTO_TEST_CASE(nothing_is_left_when_log_ins_and_refreshes_race_with_the_end_of_the_account) {
  running_customer shop;
  for (int round = 0; round < 5; ++round) {
    const auto email = "a" + std::to_string(round) + "@example.org";
    const auto in = shop.member(email);
    const auto answers = at_once(8, [&](int i) {
      if (i == 4) return shop.call("DELETE", "/profile", {}, in.text("accessToken"));
      if (i % 2 == 0) return shop.log_in(email);
      return shop.refresh(refresh_of(in));
    });
    BOOST_TEST(with_status(answers, 204) == 1);
    for (const auto& each : answers)
      BOOST_TEST((each.status == 204 || each.status == 200 || each.status == 401), each.body);
    BOOST_TEST(shop.count("refresh_token") == 0);
  }
}

BOOST_AUTO_TEST_CASE(the_schema_holds_a_hash_and_not_the_token) {
  running_customer shop;
  const auto token = refresh_of(shop.sign_up("ada@example.org"));
  BOOST_TEST(shop.count("refresh_token WHERE token_hash = SHA2('" + token + "', 256)") == 1);
  BOOST_TEST(shop.count("refresh_token WHERE LOCATE('" + token +
                        "', CONCAT_WS(' ', token_hash, family, customer_id, issued_at, expires_at)) > 0") ==
             0);
}
